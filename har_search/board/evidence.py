"""Whether a figure of a study's trials goes with a hyperparameter, and which way.

Trials are split in two by a hyperparameter, and the halves compared by Mann and Whitney's test
(1947). Trials are not independent (the sampler went on where it was good), so a p is smaller here
than it should be: `ALPHA` is strict for that reason, and nothing here shows a cause. In plain
Python: a trial's page must not wait for SciPy.
"""

from __future__ import annotations

import math
import statistics
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from har_search.study.spec import Value

ALPHA = 0.001
FEWEST_TRIALS = 20  # below these nothing is said of a study
FEWEST_ON_A_SIDE = 5


@dataclass(frozen=True)
class Neighbour:
    """A finished trial of a study, as far as a diagnosis needs it; accuracies are fractions.

    `curve` has the test accuracy after each epoch. `epochs` is how many ran, and `epoch` the
    checkpoint's.
    """

    params: Mapping[str, Value]
    score: float
    test_accuracy: float
    gap: float
    epoch: int
    curve: Sequence[float]

    @property
    def epochs(self) -> int:
        """How many epochs ran."""
        return len(self.curve)


@dataclass(frozen=True)
class Split:
    """Trials in two by a hyperparameter, below a border or from it on, with a figure of each.

    The border of a switch, such as BatchNorm, is True. `lower` and `upper` are the figures of both
    sides, `accuracies` the median test accuracy of each. `p` is of their difference.
    """

    name: str
    border: Value
    lower: Sequence[float]
    upper: Sequence[float]
    accuracies: tuple[float, float]
    p: float

    @property
    def medians(self) -> tuple[float, float]:
        """The median figure of the lower and of the upper side."""
        return statistics.median(self.lower), statistics.median(self.upper)

    @property
    def better(self) -> str | None:
        """The side with the smaller figure where the difference is clear."""
        if self.p >= ALPHA:
            return None
        low, high = self.medians
        return "lower" if low < high else "upper" if high < low else None

    def is_upper(self, value: Value) -> bool:
        """Return whether a value of the hyperparameter lies on the upper side."""
        return _is_upper(value, self.border)


def split(
    neighbours: Sequence[Neighbour], name: str, figure: Callable[[Neighbour], float | None]
) -> Split | None:
    """Split a study's trials by a hyperparameter and compare a figure of them.

    Numbers are split at their median. None where too few trials have the figure, on either side.
    """
    known = [(each, figure(each)) for each in neighbours]
    having = [(each, value) for each, value in known if value is not None]
    if len(having) < FEWEST_TRIALS:
        return None
    values = [each.params[name] for each, _ in having]
    border = _border(values)
    if border is None:
        return None
    sides: tuple[list[float], list[float]] = ([], [])
    accuracies: tuple[list[float], list[float]] = ([], [])
    for (each, found), value in zip(having, values, strict=True):
        side = _is_upper(value, border)
        sides[side].append(found)
        accuracies[side].append(each.test_accuracy)
    if min(map(len, sides)) < FEWEST_ON_A_SIDE:
        return None
    lower, upper = sides
    tests = statistics.median(accuracies[0]), statistics.median(accuracies[1])
    return Split(name, border, lower, upper, tests, differs_by_luck(lower, upper))


def _is_upper(value: Value, border: Value) -> bool:
    return bool(value) if border is True else float(value) >= float(border)


def _border(values: Sequence[Value]) -> Value | None:
    """Return what splits these values most evenly; None where they are all the same or words."""
    distinct = set(values)
    if len(distinct) < 2 or any(isinstance(each, str) for each in distinct):
        return None
    if distinct == {False, True}:
        return True
    ordered = sorted(float(each) for each in values)
    # Each border is a value that occurs, so that both sides have trials.
    borders = sorted((each for each in distinct if float(each) > ordered[0]), key=float)
    middle = len(ordered) / 2
    return min(borders, key=lambda border: abs(bisect_left(ordered, float(border)) - middle))


def differs_by_luck(one: Sequence[float], other: Sequence[float]) -> float:
    """Return how often luck alone makes the figures of two sides differ as much: 0 to 1.

    Mann and Whitney's U in its normal approximation, two-sided, with the correction for ties.
    """
    merged = sorted([*one, *other])
    ranks: dict[float, float] = {}
    ties = start = 0
    while start < len(merged):
        end = start
        while end < len(merged) and merged[end] == merged[start]:
            end += 1
        ranks[merged[start]] = (start + 1 + end) / 2
        ties += (end - start) ** 3 - (end - start)
        start = end
    m, n, total = len(one), len(other), len(merged)
    u = sum(ranks[each] for each in one) - m * (m + 1) / 2
    variance = m * n / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    distance = max(abs(u - m * n / 2) - 0.5, 0.0) / math.sqrt(variance)
    return 2 * (1 - statistics.NormalDist().cdf(distance))


def at_least_by_luck(found: int, among: int, share: float) -> float:
    """Return how often luck puts so many of some trials, or more, into a share of the places."""
    return sum(
        math.comb(among, each) * share**each * (1 - share) ** (among - each)
        for each in range(found, among + 1)
    )
