"""A trial's training where the epoch of best score counts: one seed.

Knows nothing of Optuna, files or the screen, nor what kind of network is trained. The splits are
tensors in memory, and every random draw follows from the seed, so a seed fixes the result.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import torch
from torch import nn

from har_search.challenge.rules import Scoring
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
from har_search.training.learner import Learner, make_learner
from har_search.training.results import TrainingResult
from har_search.training.watch import UNWATCHED, Watch
from har_search.training.whole_curve import EpochKeeper


def train(
    config: TrainingConfig,
    splits: Splits,
    *,
    seed: int,
    scoring: Scoring | None = None,
    watch: Watch = UNWATCHED,
) -> TrainingResult:
    """Train one network and return the figures of its checkpoint epoch, the one of best score.

    After every epoch `watch` is asked whether to stop, and told the epoch's figures; it is the only
    way out. A non-finite loss also ends training at the best epoch so far, at worst the untrained
    network (epoch 0). `seed` (0 to 2**63 - 1) fixes every draw.
    """
    started = time.perf_counter()
    scoring = scoring or Scoring()
    learner = make_learner(config, splits.train, [seed])
    with one_thread():
        course = _train(learner, config.epochs, splits, scoring, watch)
        checkpoint = learner.build()
        checkpoint.load_state_dict(course.weights)
        best = course.best
        if best is None:
            untrained = EpochFigures(0, math.nan, 0.0, accuracy(checkpoint, splits.test))
            best = untrained.scored(accuracy(checkpoint, splits.train), scoring)
        confusion = confusion_matrix(checkpoint, splits.test)
    return TrainingResult(
        epoch=best.epoch,
        epochs=len(course.history),
        test_accuracy=best.test_accuracy,
        train_accuracy=_known(best.train_accuracy),
        running_train_accuracy=best.running_train_accuracy,
        gap=_known(best.gap),
        score=_known(best.score),
        parameters=parameters_of(checkpoint),
        seconds=time.perf_counter() - started,
        diverged=course.diverged,
        history=tuple(course.history),
        confusion=confusion,
        weights=course.weights,
        by_epoch=course.kept.by_epoch(checkpoint),
    )


@dataclass
class _Course:
    """How a training went: its epochs, the best one, and that one's weights."""

    weights: dict[str, torch.Tensor]  # while there is no best epoch, the untrained network's
    kept: EpochKeeper
    best: EpochFigures | None = None
    history: list[EpochFigures] = field(default_factory=list)
    diverged: bool = False

    @property
    def best_score(self) -> float:
        """The score to beat."""
        return -math.inf if self.best is None else _known(self.best.score)

    def keep(self, figures: EpochFigures, network: nn.Module) -> None:
        """Keep an epoch's figures, and the network's weights where it is the best so far."""
        self.history.append(figures)
        better = figures.score is not None and figures.score > self.best_score
        if better or self.kept.keeps:
            weights = weights_of(network)
            self.kept.keep(weights)
            if better:
                self.best, self.weights = figures, weights


def _train(
    learner: Learner, epochs: int, splits: Splits, scoring: Scoring, watch: Watch
) -> _Course:
    """Train for so many epochs, unless the loss is not finite or `watch` ends it."""
    (network,) = learner.evaluated
    course = _Course(weights_of(network), EpochKeeper(network, epochs))
    for epoch in range(1, epochs + 1):
        (loss,), (running_train_accuracy,) = learner.train_epoch()
        if not math.isfinite(loss):
            course.diverged = True
            break
        (network,) = learner.evaluated
        test_accuracy = accuracy(network, splits.test)
        figures = EpochFigures(epoch, loss, running_train_accuracy, test_accuracy)
        if test_accuracy > course.best_score:  # a score is at most the test accuracy
            figures = figures.scored(accuracy(network, splits.train), scoring)
        course.keep(figures, network)
        if watch.should_stop() or watch.on_epoch(figures):
            break
    return course


def _known(figure: float | None) -> float:
    assert figure is not None  # an epoch that became the best was evaluated in full
    return figure
