"""What a trial's training brought: the figures of its seeds and of the whole trial."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import nn

from har_search.challenge.figures import Curve, Details
from har_search.challenge.rules import Scoring, gap
from har_search.networks.evaluation import accuracy, likeliest
from har_search.networks.splits import Splits
from har_search.training.epochs import EpochFigures


@dataclass(frozen=True)
class TrainingResult:
    """A trial's figures, all of its checkpoint epoch, and the weights of that epoch.

    `epochs` counts those that ran. `confusion` counts test windows: a row an activity, a column
    what it was taken for. `weights` has the keys of the network's `state_dict()`. Where `replicas`
    are several seeds, accuracies, gap and score are of their means, and `history`, `confusion` and
    `weights` are the first one's. `by_epoch` has the weights after each epoch of `history`; None
    where they would take too much memory.
    """

    epoch: int
    epochs: int
    test_accuracy: float
    train_accuracy: float
    running_train_accuracy: float
    gap: float
    score: float
    parameters: int
    seconds: float
    diverged: bool
    history: tuple[EpochFigures, ...]
    confusion: tuple[tuple[int, ...], ...]
    weights: dict[str, torch.Tensor] = field(repr=False, compare=False)
    replicas: tuple[Replica, ...] = ()
    by_epoch: WeightsByEpoch | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class WeightsByEpoch:
    """The weights after each epoch, from the first on, and a network to load them into."""

    network: nn.Module
    weights: Sequence[Mapping[str, torch.Tensor]]


@dataclass(frozen=True)
class Replica:
    """The network of one seed after a fixed number of epochs; accuracies are fractions.

    `predictions` (N,) int8 are the likeliest activities of the test windows.
    """

    seed: int
    test_accuracy: float
    train_accuracy: float
    predictions: bytes = field(repr=False)

    @property
    def gap(self) -> float:
        """Train accuracy less test accuracy."""
        return gap(self.train_accuracy, self.test_accuracy)


def replica_of(network: nn.Module, seed: int, splits: Splits) -> Replica:
    """Evaluate a seed's network on both splits."""
    return Replica(
        seed=seed,
        test_accuracy=accuracy(network, splits.test),
        train_accuracy=accuracy(network, splits.train),
        predictions=bytes(likeliest(network, splits.test.features).tolist()),
    )


def means(replicas: Sequence[Replica]) -> tuple[float, float]:
    """Return the mean test and train accuracy."""
    return (
        statistics.fmean(each.test_accuracy for each in replicas),
        statistics.fmean(each.train_accuracy for each in replicas),
    )


def mean_score(replicas: Sequence[Replica], scoring: Scoring) -> float:
    """Return the score of the means."""
    test_accuracy, train_accuracy = means(replicas)
    return scoring.score(test_accuracy, gap(train_accuracy, test_accuracy))


def details_of(result: TrainingResult) -> Details:
    """Return what a trial's page shows of its result."""
    history = result.history
    curve = Curve(
        loss=[round(each.loss, 6) for each in history],
        running_train_accuracy=[round(each.running_train_accuracy, 6) for each in history],
        test_accuracy=[round(each.test_accuracy, 6) for each in history],
        train_accuracy=[
            None if each.train_accuracy is None else round(each.train_accuracy, 6)
            for each in history
        ],
    )
    return Details(curve, result.confusion)
