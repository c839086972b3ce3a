"""The train split evaluated after every epoch of a finished training, to see overfitting.

While a network trains, that would take a fifth to two fifths of an epoch's time, and most trials
interest nobody. A copy of its weights takes a two-hundredth: so each epoch's are kept until the
trial ends, and only those of notable trials are evaluated.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

from har_search.challenge.rules import Scoring
from har_search.networks.evaluation import accuracy, one_thread
from har_search.networks.splits import Splits
from har_search.training.results import TrainingResult, WeightsByEpoch

# Of 512 units and 30 epochs it takes 35 MB. A worker has one training at a time.
MOST_BYTES = 256 * 2**20


class EpochKeeper:
    """Keeps a network's weights after each epoch, or none where they might take too much memory."""

    def __init__(self, network: nn.Module, epochs: int) -> None:
        each = sum(value.nbytes for value in network.state_dict().values())
        self.keeps = epochs * each <= MOST_BYTES
        self.weights: list[dict[str, torch.Tensor]] = []

    def keep(self, weights: dict[str, torch.Tensor]) -> None:
        """Keep an epoch's weights, a copy that nobody changes."""
        if self.keeps:
            self.weights.append(weights)

    def by_epoch(self, network: nn.Module) -> WeightsByEpoch | None:
        """Return what was kept; `network` is another one of this form."""
        return WeightsByEpoch(network, tuple(self.weights)) if self.keeps else None


def with_whole_curve(result: TrainingResult, splits: Splits, scoring: Scoring) -> TrainingResult:
    """Return a result whose history has train accuracy, gap and score of every epoch.

    It no longer has the weights of each epoch. One that never had them is returned as it is.
    """
    if result.by_epoch is None:
        return result
    network, history = result.by_epoch.network, []
    with one_thread():
        for figures, weights in zip(result.history, result.by_epoch.weights, strict=True):
            if figures.train_accuracy is None:
                network.load_state_dict(weights)
                figures = figures.scored(accuracy(network, splits.train), scoring)
            history.append(figures)
    return replace(result, history=tuple(history), by_epoch=None)
