"""What a confusion matrix says of each activity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from har_search.challenge.activities import ACTIVITIES


@dataclass(frozen=True)
class ActivityFigures:
    """One activity's test windows, and the network's precision and recall on them, as fractions.

    None where nothing was taken for the activity, or no window is of it.
    """

    activity: str
    windows: int
    precision: float | None
    recall: float | None


def per_activity(confusion: Sequence[Sequence[int]]) -> list[ActivityFigures]:
    """Return each activity's figures.

    `confusion` counts windows: a row an activity, a column what it was taken for.
    """
    found = []
    for index, activity in enumerate(ACTIVITIES):
        right, windows = confusion[index][index], sum(confusion[index])
        taken = sum(row[index] for row in confusion)
        found.append(
            ActivityFigures(
                activity,
                windows,
                precision=right / taken if taken else None,
                recall=right / windows if windows else None,
            )
        )
    return found
