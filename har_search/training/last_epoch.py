"""A trial's training where the last epoch counts: one seed or several, and no epoch chosen.

Several seeds are trained a pair at a time, side by side, so that a search may stop after a few.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import nn

from har_search.challenge.rules import Scoring, gap
from har_search.networks.evaluation import (
    accuracy,
    confusion_matrix,
    one_thread,
    parameters_of,
    weights_of,
)
from har_search.networks.splits import Splits
from har_search.training.config import TrainingConfig
from har_search.training.epochs import EpochFigures
from har_search.training.learner import make_learner
from har_search.training.results import Replica, TrainingResult, mean_score, means, replica_of
from har_search.training.watch import UNWATCHED, Watch
from har_search.training.whole_curve import EpochKeeper


def train_replicas(
    config: TrainingConfig, splits: Splits, *, seeds: Sequence[int], epochs: int
) -> list[Replica]:
    """Train the networks of several seeds side by side, for exactly so many of `config.epochs`.

    The schedule is that of all `config.epochs`; nothing is chosen by the test split. Each replica
    is to float tolerance, and alone to the last bit, what `train` makes of its seed by that epoch.
    """
    learner = make_learner(config, splits.train, seeds)
    with one_thread():
        for _ in range(epochs):
            learner.train_epoch()
        return [
            replica_of(network, seed, splits)
            for seed, network in zip(seeds, learner.evaluated, strict=True)
        ]


# Of 82 units, two at once take 0.70 times as long as one after the other; eight take 0.81 times.
TOGETHER = 2


def train_to_last(
    config: TrainingConfig,
    splits: Splits,
    *,
    seeds: Sequence[int],
    scoring: Scoring | None = None,
    reports: Callable[[int], bool] = lambda _epoch: False,
    watch: Watch = UNWATCHED,
) -> TrainingResult:
    """Train the networks of several seeds to the last epoch and return the means of their figures.

    The result's history, confusion matrix and weights are the first seed's. `watch` is asked after
    every epoch whether to stop, is told the first seed's epochs, and all replicas so far after each
    `TOGETHER` of them. The train split is evaluated after the last epoch and where it `reports`.

    A seed whose loss is not finite counts with its network of the epoch before, at worst the
    untrained one. Whole pairs from the first on make the same replicas to the last bit, however
    many follow.
    """
    started = time.perf_counter()
    scoring = scoring or Scoring()
    course = _Course(config, splits, scoring, reports, watch)
    with one_thread():
        course.train(seeds)
        first, trained, replicas = course.trained[0], course.trained, course.replicas
        confusion = confusion_matrix(first.network, splits.test)
    test_accuracy, train_accuracy = means(replicas)
    epoch = max(each.epoch for each in trained)
    return TrainingResult(
        epoch=epoch,
        epochs=epoch,
        test_accuracy=test_accuracy,
        train_accuracy=train_accuracy,
        running_train_accuracy=statistics.fmean(each.running_train_accuracy for each in trained),
        gap=gap(train_accuracy, test_accuracy),
        score=mean_score(replicas, scoring),
        parameters=parameters_of(first.network),
        seconds=time.perf_counter() - started,
        diverged=any(each.diverged for each in trained),
        history=tuple(course.history),
        confusion=confusion,
        weights=first.weights,
        replicas=tuple(replicas),
        by_epoch=None if course.kept is None else course.kept.by_epoch(first.network),
    )


@dataclass
class _Course:
    """One trial's training: what it goes by, and what it has brought so far."""

    config: TrainingConfig
    splits: Splits
    scoring: Scoring
    reports: Callable[[int], bool]
    watch: Watch
    trained: list[_Seed] = field(default_factory=list)
    replicas: list[Replica] = field(default_factory=list)
    history: list[EpochFigures] = field(default_factory=list)  # the first seed's, as is `kept`
    kept: EpochKeeper | None = None

    def train(self, seeds: Sequence[int]) -> None:
        """Train the seeds a pair at a time, until the watch ends it."""
        for start in range(0, len(seeds), TOGETHER):
            drawn = seeds[start : start + TOGETHER]
            pair, ended = self._train_pair(drawn)
            self.trained += pair
            for seed, each in zip(drawn, pair, strict=True):
                self.replicas.append(replica_of(each.network, seed, self.splits))
            if ended or self.watch.on_replicas(self.replicas):
                return

    def _train_pair(self, seeds: Sequence[int]) -> tuple[list[_Seed], bool]:
        """Train seeds side by side; return them, and whether the watch ended it."""
        learner = make_learner(self.config, self.splits.train, seeds)
        pair = [_Seed(each, weights_of(each)) for each in learner.evaluated]
        self.kept = self.kept or EpochKeeper(pair[0].network, self.config.epochs)
        ended = False
        for epoch in range(1, self.config.epochs + 1):
            losses, shares = learner.train_epoch()
            made = zip(pair, learner.evaluated, losses, shares, strict=True)
            for each, network, loss, share in made:
                each.keep(epoch, network, loss, share)
            if all(each.diverged for each in pair):
                break
            ended = self._ends(epoch, pair[0], losses[0])
            if ended:
                break
        for each in pair:
            each.restore(learner.build())
        return pair, ended

    def _ends(self, epoch: int, leader: _Seed, loss: float) -> bool:
        """Return whether the watch ends training after a pair's epoch; the pair's leader is given.

        The epochs of the first pair's are recorded.
        """
        if self.watch.should_stop():
            return True
        if self.trained or leader.diverged:
            return False
        network, share = leader.network, leader.running_train_accuracy
        figures = EpochFigures(epoch, loss, share, accuracy(network, self.splits.test))
        last = epoch == self.config.epochs
        if last or self.reports(epoch):
            figures = figures.scored(accuracy(network, self.splits.train), self.scoring)
        self.history.append(figures)
        if self.kept is not None:
            self.kept.keep(leader.weights)
        return self.watch.on_epoch(figures) and not last


@dataclass
class _Seed:
    """One seed's training: its network, and what was known while its loss was finite."""

    network: nn.Module
    weights: dict[str, torch.Tensor]
    epoch: int = 0
    running_train_accuracy: float = 0.0
    diverged: bool = False

    def keep(self, epoch: int, network: nn.Module, loss: float, share: float) -> None:
        """Keep what an epoch made, unless the loss is or was not finite."""
        self.network = network
        self.diverged |= not math.isfinite(loss)
        if not self.diverged:
            self.epoch, self.running_train_accuracy = epoch, share
            self.weights = weights_of(network)

    def restore(self, network: nn.Module) -> None:
        """Make the network that counts, in memory of its own."""
        network.load_state_dict(self.weights)
        self.network = network
