"""One trial's training: a configuration and two splits in, figures and weights out.

Knows nothing of Optuna, files or the screen. The splits are tensors in memory, one permutation an
epoch makes the batches, and every random draw comes from one generator, so a seed fixes the result.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import nn

from har_search import model
from har_search.challenge import Scoring, gap
from har_search.learner import Learner, TensorSplit, TrainingConfig

# Windows that a processor evaluates at once. What each layer makes of them stays in its cache: at
# widths from 64 to 400 that takes 0.90 to 0.77 of the time of all windows at once.
CACHED = 2048


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


@dataclass(frozen=True)
class TrainingResult:
    """A trial's figures, all of its checkpoint epoch, and the weights of that epoch.

    `epochs` counts those that ran. `confusion` counts test windows: a row an activity, a column
    what it was taken for. `weights` has the keys of the network's `state_dict()`. Where `replicas`
    are several seeds, accuracies, gap and score are of their means, and `history`, `confusion` and
    `weights` are the first one's.
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


OnEpoch = Callable[[EpochFigures], bool]


@contextmanager
def one_thread() -> Iterator[None]:
    """Run torch on one thread, so that sums are taken in one order; restore the setting after."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def accuracy(network: nn.Module, split: TensorSplit) -> float:
    """Return correct / all windows of the split, with `network` in eval mode."""
    return int((predict(network, split.features) == split.labels).sum()) / len(split.labels)


def predict(network: nn.Module, features: torch.Tensor) -> torch.Tensor:
    """Return the likeliest activity (N,) of each of (N, F) windows, `network` in eval mode."""
    network.eval()
    at_once = CACHED if features.device.type == "cpu" else max(len(features), 1)
    with torch.inference_mode():
        return torch.cat([network(part).argmax(dim=1) for part in torch.split(features, at_once)])


def confusion_matrix(network: nn.Module, split: TensorSplit) -> tuple[tuple[int, ...], ...]:
    """Count the split's windows by activity (row) and by what `network` takes them for (column)."""
    outputs = model.ACTIVITIES
    pairs = split.labels * outputs + predict(network, split.features)
    counts = torch.bincount(pairs, minlength=outputs**2).view(outputs, outputs)
    return tuple(tuple(row) for row in counts.tolist())


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
            untrained = model.build(config.mlp, torch.Generator().manual_seed(seed))
            untrained.to(train_split.features.device)
            best = evaluate(untrained, train_split, test_split, scoring)
            weights = weights_of(untrained)
        checkpoint = model.build(config.mlp).to(train_split.features.device)
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
        parameters=model.parameter_count(config.mlp),
        seconds=time.perf_counter() - started,
        diverged=diverged,
        history=tuple(history),
        confusion=confusion,
        weights=weights,
    )


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


def replica_of(
    network: nn.Module, seed: int, train_split: TensorSplit, test_split: TensorSplit
) -> Replica:
    """Evaluate a seed's network on both splits."""
    return Replica(
        seed=seed,
        test_accuracy=accuracy(network, test_split),
        train_accuracy=accuracy(network, train_split),
        predictions=bytes(predict(network, test_split.features).tolist()),
    )


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


def _known(figure: float | None) -> float:
    assert figure is not None  # an epoch that became the best was evaluated in full
    return figure


def weights_of(network: nn.Module) -> dict[str, torch.Tensor]:
    """Copy a network's weights and running statistics, by the keys of its `state_dict()`."""
    return {key: value.detach().clone() for key, value in network.state_dict().items()}
