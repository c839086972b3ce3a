"""What an entry's figures over fresh seeds prove of it, track by track.

A track's rule holds for an entry where the means over seeds pass it: each bound is tested with a
one-sided t-test, and the track's p is the larger of its two (Berger 1982: a claim of both at level
alpha needs no correction). Looking twice does: the looks, at half of the seeds and at the end,
share alpha (Bonferroni), so that an entry whose true means fail holds with probability 0.01 at
most. A fifth of alpha is kept back, since accuracies are only nearly normal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

from har_search.challenge.rules import Track
from har_search.challenge.words import Verdict

ALPHA = 0.01
FIRST_LOOK, LAST_LOOK = 0.001, 0.007
FEWEST_SEEDS = 3


def looks(seeds: int) -> dict[int, float]:
    """Return after how many seeds a verdict is sought, and at which level.

    Raises:
        ValueError: fewer than `FEWEST_SEEDS`.
    """
    if seeds < FEWEST_SEEDS:
        raise ValueError(f"a t-test needs {FEWEST_SEEDS} seeds")
    half = math.ceil(seeds / 2)
    if half < FEWEST_SEEDS or half == seeds:
        return {seeds: FIRST_LOOK + LAST_LOOK}
    return {half: FIRST_LOOK, seeds: LAST_LOOK}


def p_above(values: Sequence[float], bound: float) -> float:
    """Return the p of a one-sided t-test that the mean of `values` lies above `bound`."""
    return _p(np.asarray(values) - bound)


def p_below(values: Sequence[float], bound: float) -> float:
    """Return the p of a one-sided t-test that the mean of `values` lies below `bound`."""
    return _p(bound - np.asarray(values))


def _p(differences: NDArray[np.float64]) -> float:
    """Return the p of Student's t-test that the mean is above 0 (`scipy.stats.ttest_1samp`)."""
    error = differences.std(ddof=1) / math.sqrt(len(differences))
    if error < 1e-12:  # all alike: t is infinite, or 0 / 0
        return 0.0 if differences[0] > 1e-12 else 1.0
    return float(special.stdtr(len(differences) - 1, -differences.mean() / error))


def p_of(track: Track, test_accuracies: Sequence[float], gaps: Sequence[float]) -> float:
    """Return the p of the claim that an entry's means pass the track's rule."""
    p = p_above(test_accuracies, track.test_accuracy_above)
    return p if track.gap_below is None else max(p, p_below(gaps, track.gap_below))


def p_against(track: Track, test_accuracies: Sequence[float], gaps: Sequence[float]) -> float:
    """Return the p of the claim that one of an entry's means does not pass the track's rule."""
    p = p_below(test_accuracies, track.test_accuracy_above)
    if track.gap_below is None:
        return p
    return min(1.0, 2 * min(p, p_above(gaps, track.gap_below)))  # either may be shown: Bonferroni


def verdict(
    track: Track, test_accuracies: Sequence[float], gaps: Sequence[float], seeds: int
) -> Verdict:
    """Judge an entry on a track by its figures so far, in the order of its seeds.

    `seeds` is how many were planned. Only figures up to each planned look count, so stopping there
    and going on give the same verdict once one is found.

    Raises:
        ValueError: fewer than `FEWEST_SEEDS` were planned.
    """
    for count, level in looks(seeds).items():
        if len(test_accuracies) < count:
            break
        seen = test_accuracies[:count], gaps[:count]
        if p_of(track, *seen) < level:
            return Verdict.holds
        if p_against(track, *seen) < level:
            return Verdict.misses
    return Verdict.undecided


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided p of McNemar's exact test between two networks on the same windows.

    `only_first` windows were right by the first alone, `only_second` by the second alone; the
    others say nothing of which is better (McNemar 1947).
    """
    if only_first + only_second == 0:
        return 1.0
    from scipy import stats  # takes long to import, and nothing else needs it

    return float(stats.binomtest(only_first, only_first + only_second).pvalue)
