"""A trial's training where the last epoch counts: one seed or several, and no epoch chosen.

Several seeds are trained a pair at a time, side by side, so that a search may stop after a few.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from har_search.challenge.rules import Scoring, gap
from har_search.networks import mlp
from har_search.networks.evaluation import confusion_matrix, one_thread, weights_of
from har_search.networks.splits import TensorSplit
from har_search.training.config import TrainingConfig
from har_search.training.epochs import EpochFigures, OnEpoch, evaluate
from har_search.training.learner import Learner
from har_search.training.results import Replica, TrainingResult, mean_score, means, replica_of


def train_replicas(
    config: TrainingConfig,
    train_split: TensorSplit,
    test_split: TensorSplit,
    *,
    seeds: Sequence[int],
    epochs: int,
) -> list[Replica]:
    """Train the networks of several seeds side by side, for exactly so many of `config.epochs`.

    The schedule is that of all `config.epochs`; nothing is chosen by the test split. Each replica
    is to float tolerance, and alone to the last bit, what `train` makes of its seed by that epoch.
    """
    learner = Learner(config, train_split, seeds)
    with one_thread():
        for _ in range(epochs):
            learner.train_epoch()
        return [
            replica_of(network, seed, train_split, test_split)
            for seed, network in zip(seeds, learner.evaluated, strict=True)
        ]


# Of 82 units, two at once take 0.70 times as long as one after the other; eight take 0.81 times.
TOGETHER = 2

OnReplicas = Callable[[Sequence[Replica]], bool]


def train_to_last(
    config: TrainingConfig,
    train_split: TensorSplit,
    test_split: TensorSplit,
    *,
    seeds: Sequence[int],
    scoring: Scoring | None = None,
    reports: Callable[[int], bool] = lambda _epoch: False,
    should_stop: Callable[[], bool] = lambda: False,
    on_epoch: OnEpoch = lambda _figures: False,
    on_replicas: OnReplicas = lambda _replicas: False,
) -> TrainingResult:
    """Train the networks of several seeds to the last epoch and return the means of their figures.

    The result's history, confusion matrix and weights are the first seed's. `should_stop` is asked
    after every epoch, and `on_epoch` told the first seed's epochs; the train split is evaluated
    where it `reports`. `on_replicas` is told all replicas so far after each `TOGETHER` of them.
    Where one returns True, training ends there.

    A seed whose loss is not finite counts with its network of the epoch before, at worst the
    untrained one. Whole pairs from the first on make the same replicas to the last bit, however
    many follow.
    """
    started = time.perf_counter()
    scoring = scoring or Scoring()
    splits = train_split, test_split
    history: list[EpochFigures] = []
    trained: list[_Seed] = []
    replicas: list[Replica] = []

    def after_epoch(epoch: int, first: _Seed, loss: float) -> bool:
        """Return whether training ends with this epoch of a pair, whose first seed is given."""
        if should_stop():
            return True
        if trained or first.diverged:
            return False
        whole = epoch == config.epochs or reports(epoch)
        figures = evaluate(
            first.network,
            *splits,
            scoring,
            beat=-math.inf if whole else math.inf,
            epoch=epoch,
            loss=loss,
            running_train_accuracy=first.running_train_accuracy,
        )
        history.append(figures)
        return on_epoch(figures) and epoch < config.epochs

    with one_thread():
        for start in range(0, len(seeds), TOGETHER):
            drawn = seeds[start : start + TOGETHER]
            pair, stopped = _train_pair(config, train_split, drawn, after_epoch)
            for seed, each in zip(drawn, pair, strict=True):
                each.restore(config)
                replicas.append(replica_of(each.network, seed, *splits))
            trained += pair
            if stopped or on_replicas(replicas):
                break
        confusion = confusion_matrix(trained[0].network, test_split)
    test_accuracy, train_accuracy = means(replicas)
    own_gap = gap(train_accuracy, test_accuracy)
    epoch = max(each.epoch for each in trained)
    return TrainingResult(
        epoch=epoch,
        epochs=epoch,
        test_accuracy=test_accuracy,
        train_accuracy=train_accuracy,
        running_train_accuracy=statistics.fmean(each.running_train_accuracy for each in trained),
        gap=own_gap,
        score=mean_score(replicas, scoring),
        parameters=mlp.parameter_count(config.mlp),
        seconds=time.perf_counter() - started,
        diverged=any(each.diverged for each in trained),
        history=tuple(history),
        confusion=confusion,
        weights=trained[0].weights,
        replicas=tuple(replicas),
    )


def _train_pair(
    config: TrainingConfig,
    train_split: TensorSplit,
    seeds: Sequence[int],
    after_epoch: Callable[[int, _Seed, float], bool],
) -> tuple[list[_Seed], bool]:
    """Train seeds side by side; return them, and whether `after_epoch` ended it."""
    learner = Learner(config, train_split, seeds)
    pair = [_Seed(each, weights_of(each)) for each in learner.evaluated]
    for epoch in range(1, config.epochs + 1):
        losses, shares = learner.train_epoch()
        made = zip(pair, learner.evaluated, losses, shares, strict=True)
        for each, network, loss, share in made:
            each.keep(epoch, network, loss, share)
        if all(each.diverged for each in pair):
            break
        if after_epoch(epoch, pair[0], losses[0]):
            return pair, True
    return pair, False


@dataclass
class _Seed:
    """One seed's training: its network, and what was known while its loss was finite."""

    network: nn.Sequential
    weights: dict[str, torch.Tensor]
    epoch: int = 0
    running_train_accuracy: float = 0.0
    diverged: bool = False

    def keep(self, epoch: int, network: nn.Sequential, loss: float, share: float) -> None:
        """Keep what an epoch made, unless the loss is or was not finite."""
        self.network = network
        self.diverged |= not math.isfinite(loss)
        if not self.diverged:
            self.epoch, self.running_train_accuracy = epoch, share
            self.weights = weights_of(network)

    def restore(self, config: TrainingConfig) -> None:
        """Make the network that counts, in memory of its own."""
        device = next(self.network.parameters()).device
        self.network = mlp.build(config.mlp).to(device)
        self.network.load_state_dict(self.weights)
