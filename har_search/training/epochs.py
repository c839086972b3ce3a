"""What is known after one epoch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from har_search.challenge.rules import Scoring, gap
from har_search.networks.evaluation import accuracy
from har_search.networks.splits import TensorSplit


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
    train_accuracy: float | None
    gap: float | None
    score: float | None


OnEpoch = Callable[[EpochFigures], bool]


def evaluate(
    network: nn.Module,
    train_split: TensorSplit,
    test_split: TensorSplit,
    scoring: Scoring,
    *,
    beat: float = -math.inf,
    epoch: int = 0,
    loss: float = math.nan,
    running_train_accuracy: float = 0.0,
) -> EpochFigures:
    """Evaluate an epoch; the train split only where the score could still `beat` the best one."""
    test_accuracy = accuracy(network, test_split)
    train_accuracy = epoch_gap = score = None
    if test_accuracy > beat:  # score <= test accuracy
        train_accuracy = accuracy(network, train_split)
        epoch_gap = gap(train_accuracy, test_accuracy)
        score = scoring.score(test_accuracy, epoch_gap)
    return EpochFigures(
        epoch=epoch,
        loss=loss,
        running_train_accuracy=running_train_accuracy,
        test_accuracy=test_accuracy,
        train_accuracy=train_accuracy,
        gap=epoch_gap,
        score=score,
    )
