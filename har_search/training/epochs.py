"""What is known after one epoch."""

from __future__ import annotations

from dataclasses import dataclass, replace

from har_search.challenge.rules import Scoring, gap


@dataclass(frozen=True)
class EpochFigures:
    """What is known after one epoch. Accuracies are fractions.

    `train_accuracy`, `gap` and `score` are None where the score could not have beaten the trial's
    best or does not count, so the whole train split was not evaluated.
    """

    epoch: int
    loss: float
    running_train_accuracy: float
    test_accuracy: float
    train_accuracy: float | None = None
    gap: float | None = None
    score: float | None = None

    def scored(self, train_accuracy: float, scoring: Scoring) -> EpochFigures:
        """Return these figures with those that the whole train split's accuracy adds."""
        own_gap = gap(train_accuracy, self.test_accuracy)
        score = scoring.score(self.test_accuracy, own_gap)
        return replace(self, train_accuracy=train_accuracy, gap=own_gap, score=score)
