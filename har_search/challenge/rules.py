"""The homework's rules as pure functions: gap, score and tracks.

All accuracies and gaps here are fractions, not percent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


def gap(train_accuracy: float, test_accuracy: float) -> float:
    """Return train accuracy minus test accuracy: positive means overfitting.

    Both must be of the same epoch, in eval mode, over the whole split.
    """
    return train_accuracy - test_accuracy


@dataclass(frozen=True)
class Scoring:
    """How a trial's two accuracies become the one number that the search maximises.

    `score = test accuracy - gap_penalty * max(0, gap - gap_limit)`, so no score exceeds its test
    accuracy.
    """

    gap_limit: float = 0.02
    gap_penalty: float = 1.0

    def score(self, test_accuracy: float, gap: float) -> float:
        """Return the score of one epoch from its test accuracy and gap."""
        return test_accuracy - self.gap_penalty * max(0.0, gap - self.gap_limit)


@dataclass(frozen=True)
class Track:
    """One way to win: strict bounds on test accuracy and, where stated, on the gap."""

    name: str
    test_accuracy_above: float
    gap_below: float | None = None

    def qualifies(self, test_accuracy: float, gap: float) -> bool:
        """Return whether these figures pass; a figure equal to a bound does not."""
        return test_accuracy > self.test_accuracy_above and (
            self.gap_below is None or gap < self.gap_below
        )

    @property
    def rule(self) -> str:
        """The rule in words, for people."""
        text = f"test above {100 * self.test_accuracy_above:g} %"
        if self.gap_below is not None:
            text += f", gap under {100 * self.gap_below:g} pp"
        return text


def accuracy_limits(tracks: Iterable[Track]) -> list[float]:
    """Return the test accuracies, as fractions, on which something depends."""
    return [track.test_accuracy_above for track in tracks]


def gap_limits(tracks: Iterable[Track]) -> list[float]:
    """Return the gaps, as fractions, on which something depends."""
    return [track.gap_below for track in tracks if track.gap_below is not None]


def track_key(name: str) -> str:
    """Return the name of the figure that is 1 where a trial qualifies for the track."""
    return f"track_{name.lower()}"


HOMEWORK_TRACKS = (Track("A", 0.96, 0.02), Track("B", 0.975))
