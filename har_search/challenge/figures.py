"""A trial's learning curve and confusion matrix, as plain figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Curve:
    """A value for each epoch that ran, from the first on; accuracies are fractions.

    `train_accuracy` is None where the whole train split was not evaluated: in some epochs, unless
    the trial was notable.
    """

    loss: Sequence[float]
    running_train_accuracy: Sequence[float]
    test_accuracy: Sequence[float]
    train_accuracy: Sequence[float | None]


@dataclass(frozen=True)
class Details:
    """A trial's learning curve and, at its checkpoint epoch, its confusion matrix.

    `confusion` counts test windows: a row an activity, a column what it was taken for.
    """

    curve: Curve
    confusion: Sequence[Sequence[int]]
