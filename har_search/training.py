"""One trial's training: a configuration and two splits in, figures and weights out.

Knows nothing of Optuna, files or the screen. The splits are tensors in memory, one permutation an
epoch makes the batches, and every random draw comes from one generator, so a seed fixes the result.
"""

from __future__ import annotations

import copy
import itertools
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from har_search import model
from har_search.challenge import Scoring, gap
from har_search.data import Split
from har_search.optimizer import Adam, learning_rates
from har_search.stacked import Stack


@dataclass(frozen=True)
class TrainingConfig:
    """Everything that decides how one network is trained, but for the seed and the data."""

    mlp: model.MLPConfig
    epochs: int
    optimizer: str
    learning_rate: float
    batch_size: int
    schedule: str
    weight_decay: float
    label_smoothing: float
    input_noise: float
    mixup: float
    weight_averaging: float

    @classmethod
    def from_hyperparameters(
        cls, hyperparameters: Mapping[str, Any], *, epochs: int, optimizer: str
    ) -> TrainingConfig:
        """Make a configuration from a value for each name in `spec.HYPERPARAMETERS`."""
        values = dict(hyperparameters)
        mlp = {name: values.pop(name) for name in ("width", "depth", "dropout", "batch_norm")}
        return cls(mlp=model.MLPConfig(**mlp), epochs=epochs, optimizer=optimizer, **values)


@dataclass(frozen=True)
class TensorSplit:
    """One split on a device: `features` (N, F) float32, `labels` (N,) int64 in 0..C-1."""

    features: torch.Tensor
    labels: torch.Tensor

    @classmethod
    def of(cls, split: Split, device: torch.device | str = "cpu") -> TensorSplit:
        """Wrap a split's arrays; on the CPU this copies nothing."""
        return cls(
            torch.from_numpy(split.features).to(device), torch.from_numpy(split.labels).to(device)
        )


@dataclass(frozen=True)
class EpochFigures:
    """What is known after one epoch. Accuracies are fractions.

    `train_accuracy`, `gap` and `score` are None where the score could not have beaten the trial's
    best, so the whole train split was not evaluated. `best_score` is the best score so far.
    """

    epoch: int
    loss: float
    running_train_accuracy: float
    test_accuracy: float
    train_accuracy: float | None
    gap: float | None
    score: float | None
    best_score: float


@dataclass(frozen=True)
class TrainingResult:
    """A trial's figures, all of its checkpoint epoch, and the weights of that epoch.

    `epochs` counts those that ran. `confusion` counts test windows: a row an activity, a column
    what it was taken for. `weights` has the keys of the network's `state_dict()`.
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
    with torch.inference_mode():
        return torch.argmax(network(features), dim=1)


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
            figures = _evaluate(
                network,
                train_split,
                test_split,
                scoring,
                beat=-math.inf if best is None else best.best_score,
                epoch=epoch,
                loss=loss,
                running_train_accuracy=running_train_accuracy,
            )
            history.append(figures)
            if best is None or figures.best_score > best.best_score:
                best, weights = figures, _copy(network)
            if on_epoch is not None and on_epoch(figures):
                break
        if best is None:
            untrained = model.build(config.mlp, torch.Generator().manual_seed(seed))
            untrained.to(train_split.features.device)
            best = _evaluate(untrained, train_split, test_split, scoring)
            weights = _copy(untrained)
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
            Replica(
                seed=seed,
                test_accuracy=accuracy(network, test_split),
                train_accuracy=accuracy(network, train_split),
                predictions=bytes(predict(network, test_split.features).tolist()),
            )
            for seed, network in zip(seeds, learner.evaluated, strict=True)
        ]


def _evaluate(
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
        best_score=beat if score is None else max(beat, score),
    )


def _known(figure: float | None) -> float:
    assert figure is not None  # an epoch that became the best was evaluated in full
    return figure


def _copy(network: nn.Module) -> dict[str, torch.Tensor]:
    return {key: value.detach().clone() for key, value in network.state_dict().items()}


class Learner:
    """The state of one training: a stack of replicas, optimizer, schedule and sources of chance.

    A replica is the network of one seed; all draws for it come from that seed.
    """

    def __init__(self, config: TrainingConfig, split: TensorSplit, seeds: Sequence[int]) -> None:
        device = split.features.device
        self.config, self.split = config, split
        # Weights are drawn on the CPU, so that every device starts from the same ones.
        drawn = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.stack = Stack([model.build(config.mlp, each).to(device) for each in drawn])
        self.averaged: Stack | None = None
        self.generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]
        self.mixing = [np.random.default_rng(seed) for seed in seeds]  # torch's beta takes none
        one_hot = functional.one_hot(split.labels, config.mlp.activities).float()
        # Label smoothing, Szegedy et al. 2016, section 7: (1 - a) * one-hot + a / C.
        smoothing = config.label_smoothing
        self.soft_labels = one_hot * (1 - smoothing) + smoothing / config.mlp.activities

        # One epoch's windows, permuted; BatchNorm needs two in a batch, so a lonely last is left.
        windows = len(split.labels)
        self.windows = windows - (windows % config.batch_size == 1)
        self.features = split.features.new_empty(len(seeds), *split.features.shape)
        self.targets = self.features.new_empty(len(seeds), *self.soft_labels.shape)
        self.logits = torch.empty_like(self.targets[:, : self.windows])
        self.masks: torch.Tensor | None = None
        if config.mlp.dropout > 0:
            width = config.mlp.hidden_widths[0]
            self.masks = self.features.new_empty(len(seeds), windows, width)
            self.numbers = torch.empty(windows * width // 4 + 1, dtype=torch.int64, device=device)

        self.optimizer = Adam(
            config.optimizer, self.stack.parameters, self.stack.gradients, config.weight_decay
        )
        steps = config.epochs * math.ceil(self.windows / config.batch_size)
        self.rates = learning_rates(config.schedule, config.learning_rate, steps)

    @property
    def evaluated(self) -> tuple[nn.Sequential, ...]:
        """The networks whose accuracy counts: averaged ones where weights are averaged."""
        return (self.averaged or self.stack).networks

    @torch.no_grad()
    def train_epoch(self) -> tuple[list[float], list[float]]:
        """Run one pass over the split; return each replica's mean loss and its running accuracy."""
        for replica in range(len(self.features)):
            self._draw_epoch(replica)
        parts = (self.features, self.targets, self.logits, self.masks)
        batches = [self._batches(each) for each in parts]
        for features, targets, logits, masks in zip(*batches, strict=True):
            self.stack.step(features, targets, masks, logits)
            self.optimizer.step(next(self.rates))
            if self.config.weight_averaging > 0:
                self._average()
        targets = self.targets[:, : self.windows]
        losses = -(self.logits.log_softmax(dim=2) * targets).sum(dim=2).mean(dim=1)
        correct = self.logits.argmax(dim=2) == targets.argmax(dim=2)
        return losses.tolist(), correct.double().mean(dim=1).tolist()

    def _batches(self, part: torch.Tensor | None) -> Iterable[torch.Tensor | None]:
        if part is None:
            return itertools.repeat(None, math.ceil(self.windows / self.config.batch_size))
        return torch.split(part[:, : self.windows], self.config.batch_size, dim=1)

    def _average(self) -> None:
        """Move the averaged networks towards the trained ones, running statistics included."""
        if self.averaged is None:
            self.averaged = Stack([copy.deepcopy(each) for each in self.stack.networks])
        else:
            self.averaged.state.lerp_(self.stack.state, 1 - self.config.weight_averaging)

    def _draw_epoch(self, replica: int) -> None:
        """Draw a replica's epoch: its windows' order, their augmentation and its dropout masks.

        Fills features (N, F), soft targets (N, C) and masks (N, width): 0 or 1 / keep probability.
        """
        config, generator = self.config, self.generators[replica]
        features, targets = self.features[replica], self.targets[replica]
        order = self._permutation(generator)
        torch.index_select(self.split.features, 0, order, out=features)
        torch.index_select(self.soft_labels, 0, order, out=targets)
        if config.mixup > 0:
            # Zhang et al. 2018, with a mixing weight for every window rather than every batch.
            beta = self.mixing[replica].beta(config.mixup, config.mixup, (len(order), 1))
            weight = torch.from_numpy(1 - beta).to(features)
            partner = self._permutation(generator)
            features.lerp_(self.split.features[partner], weight)
            targets.lerp_(self.soft_labels[partner], weight)
        if config.input_noise > 0:
            noise = torch.empty_like(features).normal_(generator=generator)
            features.add_(noise, alpha=config.input_noise)
        if self.masks is not None:
            self.numbers.random_(-(2**63), None, generator=generator)
            _masks(self.numbers, config.mlp.dropout, out=self.masks[replica])

    def _permutation(self, generator: torch.Generator) -> torch.Tensor:
        labels = self.split.labels
        return torch.randperm(len(labels), generator=generator, device=labels.device)


def _masks(numbers: torch.Tensor, dropout: float, *, out: torch.Tensor) -> None:
    """Make dropout masks, 0 or 1 / keep probability, of random int64 `numbers`.

    Four draws share a number's 64 bits, for speed: the probability is rounded to 1 / 65,536.
    """
    chances = numbers.view(torch.int16)[: out.numel()].view(out.shape)
    kept = min(round((1 - dropout) * 65_536), 65_535)
    torch.lt(chances, kept - 32_768, out=out).mul_(65_536 / kept)
