"""Which part of accuracy against gap a picture shows: where trials and tracks lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from har_search.board.status import Point
from har_search.challenge.rules import Track

SPARE = 0.02  # the share of trials, at each end, that may lie outside
FAR = 4.0  # pp below the easiest track or above the widest gap: nothing to see there
EMPTY = (0.0, 4.0, 94.0, 98.5)


@dataclass(frozen=True)
class Frame:
    """A picture's edges: gaps in pp from left to right, test accuracies in % from bottom to top."""

    left: float
    right: float
    bottom: float
    top: float

    def holds(self, gap: float, test_accuracy: float) -> bool:
        """Return whether a gap in pp and an accuracy in % lie within it."""
        return self.left <= gap <= self.right and self.bottom <= test_accuracy <= self.top


def frame(points: Sequence[Point], tracks: Sequence[Track]) -> Frame:
    """Return a frame of these trials that shows each track's bounds.

    A few trials far from the others lie outside, as do those far from every track, unless most do.
    """
    left, right, bottom, top = EMPTY
    if points:
        gaps = 100 * np.array([each.gap for each in points])
        tests = 100 * np.array([each.test_accuracy for each in points])
        left, right = map(float, np.quantile(gaps, (SPARE, 1 - SPARE)))
        bottom, top = float(np.quantile(tests, SPARE)), float(tests.max())
        limits = [100 * each.gap_below for each in tracks if each.gap_below is not None]
        floors = [100 * each.test_accuracy_above for each in tracks]
        if limits:
            left, right = min(left, *limits), max(right, *limits)
            if np.median(gaps) < max(limits) + FAR:
                right = min(right, max(limits) + FAR)
        if floors:
            if np.median(tests) > min(floors) - FAR:
                bottom = max(bottom, min(floors) - FAR)
            bottom, top = min(bottom, *floors), max(top, *floors)
    across, up = max(0.05 * (right - left), 0.1), max(0.06 * (top - bottom), 0.1)
    # twice as much above: there lies the hardest track, often without a trial yet
    return Frame(left - across, right + across, bottom - up, min(top + 2 * up, 100.5))
