"""What each hyperparameter did to test accuracy and gap, measured.

Numbers are judged by Spearman's rank correlation (Spearman 1904), which asks only whether one rises
with the other; a course that bends by Kruskal and Wallis's test over groups (1952), as are choices
without an order; one that turns by its turning point against both ends. A p under `ALPHA` is called
clear. Trials are not independent (the sampler went on where it was good), so a p is smaller here
than it should be: `ALPHA` is strict for that reason, and nothing here shows a cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from har_search.study.spec import Range, Space, StudySpec, Value

ALPHA = 0.001
FEWEST_TRIALS = 20  # below these no tendency is spoken of
FEWEST_IN_GROUP = 5
DISTINCT = 8  # values that are groups of their own; more are put into bins
_NAMES = {"batch_norm": "BatchNorm"}


@dataclass(frozen=True)
class Group:
    """Trials of like values: how many, what to call them, where they lie, and their medians.

    `at` is the median of their values; a choice without an order has its place among the choices.
    """

    label: str
    trials: int
    at: float
    test_accuracy: float
    gap: float


@dataclass(frozen=True)
class Tendency:
    """How a figure goes with a hyperparameter.

    `correlation` is Spearman's, None where values have no order; `p` is its or, for groups,
    Kruskal and Wallis's. `bends` says that groups differ clearly though the whole does not rise or
    fall; `turn` is "highest" or "lowest" where a group in between clearly is, against both ends.
    """

    p: float
    correlation: float | None = None
    bends: bool = False
    turn: str | None = None

    @property
    def clear(self) -> bool:
        """Whether it is more than luck would often do."""
        return self.p < ALPHA

    @property
    def any(self) -> bool:
        """Whether it is clear, bends or turns."""
        return self.clear or self.bends or self.turn is not None

    @property
    def strength(self) -> str:
        """A word for the correlation's size, after Cohen (1988): 0.3 medium, 0.5 large."""
        size = abs(self.correlation or 0.0)
        return "strongly" if size >= 0.5 else "moderately" if size >= 0.3 else "weakly"


@dataclass(frozen=True, eq=False)
class Effect:
    """What one hyperparameter did.

    `values`, `test_accuracy`, `gap` and `pruned` hold the trials that sampled it; `choices` are
    those of a hyperparameter that has no order, and then `values` are their places.
    """

    name: str
    title: str
    log: bool
    choices: tuple[str, ...]
    values: np.ndarray[Any, np.dtype[np.float64]]
    test_accuracy: np.ndarray[Any, np.dtype[np.float64]]
    gap: np.ndarray[Any, np.dtype[np.float64]]
    pruned: np.ndarray[Any, np.dtype[np.bool_]]
    groups: tuple[Group, ...]
    tendencies: tuple[Tendency, Tendency] | None


def title_of(name: str) -> str:
    """Write a hyperparameter's name for people."""
    return _NAMES.get(name, name.replace("_", " "))


def effects(finished: pd.DataFrame, spec: StudySpec) -> list[Effect]:
    """Return what each hyperparameter searched did, in the study file's order.

    `finished` is as in `trials.StudyTrials`. A study's starts are left out: they may have another
    recipe.
    """
    chosen = finished[finished["start"].isna()]
    return [_effect(chosen, name, space) for name, space in spec.search.items()]


def _effect(chosen: pd.DataFrame, name: str, space: Space) -> Effect:
    own = chosen[chosen[name].notna()]
    choices: tuple[str, ...] = ()
    if isinstance(space, Range):
        values = own[name].to_numpy(float)
    elif any(isinstance(each, bool | str) for each in space):
        ordered = sorted(space) if set(space) <= {False, True} else list(space)
        choices = tuple(_choice_label(each) for each in ordered)
        values = own[name].map(ordered.index).to_numpy(float)
    else:
        values = own[name].to_numpy(float)
    tests, gaps = own["test_accuracy"].to_numpy(float), own["gap"].to_numpy(float)
    groups = [(label, members) for label, members in _groups(values, choices) if members.sum() > 0]
    found = tuple(
        Group(
            label,
            int(members.sum()),
            float(np.median(values[members])),
            float(np.median(tests[members])),
            float(np.median(gaps[members])),
        )
        for label, members in groups
    )
    tendencies = None
    large = [members for _, members in groups if members.sum() >= FEWEST_IN_GROUP]
    if len(values) >= FEWEST_TRIALS and len(large) > 1:
        tendencies = (
            _tendency(values, tests, large, ordered=not choices),
            _tendency(values, gaps, large, ordered=not choices),
        )
    log = space.log if isinstance(space, Range) else _doubles(space)
    return Effect(
        name,
        title_of(name),
        log and not choices,
        choices,
        values,
        tests,
        gaps,
        own["pruned"].to_numpy(bool),
        found,
        tendencies,
    )


def _choice_label(value: Value) -> str:
    return {True: "with", False: "without"}[value] if isinstance(value, bool) else str(value)


def _doubles(choices: tuple[Value, ...]) -> bool:
    """Return whether choices are numbers that grow by a factor, such as batch sizes."""
    numbers = sorted(each for each in choices if isinstance(each, int | float))
    if len(numbers) < 3 or len(numbers) < len(choices) or numbers[0] <= 0:
        return False
    steps = [later / earlier for earlier, later in pairwise(numbers)]
    return max(steps) / min(steps) < 1.5


def _groups(
    values: np.ndarray[Any, np.dtype[np.float64]], choices: tuple[str, ...]
) -> list[tuple[str, np.ndarray[Any, np.dtype[np.bool_]]]]:
    """Split trials by value, or into bins of as many trials each."""
    if choices:
        return [(label, values == place) for place, label in enumerate(choices)]
    distinct = np.unique(values)
    if len(distinct) <= DISTINCT:
        return [(f"{each:g}", values == each) for each in distinct]
    bins = int(np.clip(len(values) // 15, 2, DISTINCT))
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)))
    places = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    labelled = []
    for place in range(len(edges) - 1):
        members = places == place
        if members.any():
            own = values[members]
            labelled.append((f"{number(own.min())} to {number(own.max())}", members))
    return labelled


def number(value: float) -> str:
    """Write a bound of a range: whole numbers as they are, others with two digits."""
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.2g}"


def _tendency(
    values: np.ndarray[Any, np.dtype[np.float64]],
    figures: np.ndarray[Any, np.dtype[np.float64]],
    groups: Sequence[np.ndarray[Any, np.dtype[np.bool_]]],
    *,
    ordered: bool,
) -> Tendency:
    if np.ptp(figures) == 0:
        return Tendency(1.0, 0.0 if ordered else None)
    between = float(stats.kruskal(*(figures[members] for members in groups)).pvalue)
    if not ordered:
        return Tendency(between)
    correlation, p = map(float, stats.spearmanr(values, figures))
    bends = p >= ALPHA and between < ALPHA
    return Tendency(p, correlation, bends, _turn([figures[members] for members in groups]))


def _turn(groups: Sequence[np.ndarray[Any, np.dtype[np.float64]]]) -> str | None:
    """Return which extreme lies in between, by Mann and Whitney's test (1947) against both ends."""
    medians = [np.median(group) for group in groups]
    for extreme, place, side in (
        ("highest", int(np.argmax(medians)), "greater"),
        ("lowest", int(np.argmin(medians)), "less"),
    ):
        if 0 < place < len(groups) - 1 and all(
            stats.mannwhitneyu(groups[place], groups[end], alternative=side).pvalue < ALPHA
            for end in (0, -1)
        ):
            return extreme
    return None
