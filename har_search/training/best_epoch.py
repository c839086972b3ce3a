"""One trial's training: a configuration and two splits in, figures and weights out.

Knows nothing of Optuna, files or the screen. The splits are tensors in memory, one permutation an
epoch makes the batches, and every random draw comes from one generator, so a seed fixes the result.
"""

from __future__ import annotations

import math
import time

import torch

from har_search.challenge.rules import Scoring
from har_search.networks import mlp
from har_search.networks.evaluation import confusion_matrix, one_thread, weights_of
from har_search.networks.splits import TensorSplit
from har_search.training.config import TrainingConfig
from har_search.training.epochs import EpochFigures, OnEpoch, evaluate
from har_search.training.learner import Learner
from har_search.training.results import TrainingResult


def train(
    config: TrainingConfig,
    train_split: TensorSplit,
    test_split: TensorSplit,
    *,
    seed: int,
    scoring: Scoring | None = None,
    on_epoch: OnEpoch | None = None,
) -> TrainingResult:
    """Train one network and return the figures of its checkpoint epoch, the one of best score.

    `on_epoch` is called after every epoch and is the only way out: where it returns True, training
    ends there. A non-finite loss also ends training at the best epoch so far, at worst the
    untrained network (epoch 0). `seed` (0 to 2**63 - 1) fixes every draw.
    """
    started = time.perf_counter()
    scoring = scoring or Scoring()
    learner = Learner(config, train_split, [seed])
    history: list[EpochFigures] = []
    best: EpochFigures | None = None
    weights: dict[str, torch.Tensor] = {}
    diverged = False
    with one_thread():
        for epoch in range(1, config.epochs + 1):
            (loss,), (running_train_accuracy,) = learner.train_epoch()
            (network,) = learner.evaluated
            diverged = not math.isfinite(loss)
            if diverged:
                break
            figures = evaluate(
                network,
                train_split,
                test_split,
                scoring,
                beat=-math.inf if best is None else _known(best.score),
                epoch=epoch,
                loss=loss,
                running_train_accuracy=running_train_accuracy,
            )
            history.append(figures)
            if figures.score is not None and (best is None or figures.score > _known(best.score)):
                best, weights = figures, weights_of(network)
            if on_epoch is not None and on_epoch(figures):
                break
        if best is None:
            untrained = mlp.build(config.mlp, torch.Generator().manual_seed(seed))
            untrained.to(train_split.features.device)
            best = evaluate(untrained, train_split, test_split, scoring)
            weights = weights_of(untrained)
        checkpoint = mlp.build(config.mlp).to(train_split.features.device)
        checkpoint.load_state_dict(weights)
        confusion = confusion_matrix(checkpoint, test_split)
    return TrainingResult(
        epoch=best.epoch,
        epochs=len(history),
        test_accuracy=best.test_accuracy,
        train_accuracy=_known(best.train_accuracy),
        running_train_accuracy=best.running_train_accuracy,
        gap=_known(best.gap),
        score=_known(best.score),
        parameters=mlp.parameter_count(config.mlp),
        seconds=time.perf_counter() - started,
        diverged=diverged,
        history=tuple(history),
        confusion=confusion,
        weights=weights,
    )


def _known(figure: float | None) -> float:
    assert figure is not None  # an epoch that became the best was evaluated in full
    return figure
