"""One trial's training: a configuration and two splits in, figures and weights out.

Knows nothing of Optuna, files or the screen. The splits are tensors in memory, one permutation an
epoch makes the batches, and every random draw comes from one generator, so a seed fixes the result.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, OneCycleLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from har_search import model
from har_search.challenge import Scoring, gap
from har_search.data import Split


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

    `epochs` counts those that ran. `weights` has the keys of the network's `state_dict()`.
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
    network.eval()
    with torch.inference_mode():
        correct = (network(split.features).argmax(dim=1) == split.labels).sum()
    return int(correct) / len(split.labels)


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
    learner = Learner(config, train_split, seed)
    history: list[EpochFigures] = []
    best: EpochFigures | None = None
    weights: dict[str, torch.Tensor] = {}
    diverged = False
    with one_thread():
        for epoch in range(1, config.epochs + 1):
            loss, running_train_accuracy = learner.train_epoch()
            diverged = not math.isfinite(loss)
            if diverged:
                break
            figures = _evaluate(
                learner.evaluated,
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
                best, weights = figures, _copy(learner.evaluated)
            if on_epoch is not None and on_epoch(figures):
                break
        if best is None:
            untrained = model.build(config.mlp, torch.Generator().manual_seed(seed))
            untrained.to(train_split.features.device)
            best = _evaluate(untrained, train_split, test_split, scoring)
            weights = _copy(untrained)
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
        weights=weights,
    )


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
    """The state of one training: network, optimizer, schedule and the sources of chance."""

    def __init__(self, config: TrainingConfig, split: TensorSplit, seed: int) -> None:
        device = split.features.device
        self.config, self.split = config, split
        # Weights are drawn on the CPU, so that every device starts from the same ones.
        self.network = model.build(config.mlp, torch.Generator().manual_seed(seed)).to(device)
        self.generator = torch.Generator(device).manual_seed(seed)
        self.mixing = np.random.default_rng(seed)  # torch draws no beta from a generator
        self.batches = _batches(len(split.labels), config.batch_size)
        self.optimizer = _optimizer(config, self.network)
        self.schedule = _schedule(config, self.optimizer, len(self.batches))
        self.averaged: AveragedModel | None = None
        if config.weight_averaging > 0:
            average = get_ema_multi_avg_fn(config.weight_averaging)  # type: ignore[no-untyped-call]
            self.averaged = AveragedModel(self.network, multi_avg_fn=average, use_buffers=True)
        one_hot = functional.one_hot(split.labels, config.mlp.activities).float()
        # Label smoothing, Szegedy et al. 2016, section 7: (1 - a) * one-hot + a / C.
        smoothing = config.label_smoothing
        self.targets = one_hot * (1 - smoothing) + smoothing / config.mlp.activities

    @property
    def evaluated(self) -> nn.Module:
        """The network whose accuracy counts: the averaged one where weights are averaged."""
        return self.network if self.averaged is None else self.averaged.module

    def train_epoch(self) -> tuple[float, float]:
        """Run one pass over the split; return the mean loss and the running train accuracy."""
        features, targets = self._epoch_inputs()
        mask = self._dropout_mask(len(features))
        logits = torch.zeros_like(targets)
        losses = torch.zeros(len(self.batches), device=features.device)
        self.network.train()
        for step, rows in enumerate(self.batches):
            output = self._forward(features[rows], None if mask is None else mask[rows])
            loss = functional.cross_entropy(output, targets[rows])
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            if self.schedule is not None:
                self.schedule.step()
            if self.averaged is not None:
                self.averaged.update_parameters(self.network)
            losses[step] = loss.detach()
            logits[rows] = output.detach()
        seen = self.batches[-1].stop
        correct = (logits[:seen].argmax(dim=1) == targets[:seen].argmax(dim=1)).sum()
        return float(losses.mean()), int(correct) / seen

    def _epoch_inputs(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the epoch's features (N, F) and soft targets (N, C), permuted and augmented."""
        config = self.config
        order = self._permutation()
        features, targets = self.split.features[order], self.targets[order]
        if config.mixup > 0:
            # Zhang et al. 2018, with a mixing weight for every window rather than every batch.
            beta = self.mixing.beta(config.mixup, config.mixup, (len(order), 1))
            weight = torch.from_numpy(beta).to(features)
            partner = self._permutation()
            features = torch.lerp(self.split.features[partner], features, weight)
            targets = torch.lerp(self.targets[partner], targets, weight)
        if config.input_noise > 0:
            noise = torch.empty_like(features).normal_(generator=self.generator)
            features = features.add_(noise, alpha=config.input_noise)
        return features, targets

    def _permutation(self) -> torch.Tensor:
        labels = self.split.labels
        return torch.randperm(len(labels), generator=self.generator, device=labels.device)

    def _dropout_mask(self, windows: int) -> torch.Tensor | None:
        """Draw the epoch's dropout masks at once: (N, width), 0 or 1 / keep probability."""
        mlp = self.config.mlp
        if mlp.dropout == 0:
            return None
        keep = 1 - mlp.dropout
        device = self.generator.device
        chance = torch.rand(windows, mlp.hidden_widths[0], generator=self.generator, device=device)
        return (chance < keep).to(chance.dtype).div_(keep)  # three times faster than bernoulli_

    def _forward(self, batch: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Run the network on (B, F) features, with `mask` in place of `nn.Dropout`'s own draw."""
        for module in self.network:
            if isinstance(module, nn.Dropout):
                assert mask is not None
                batch = batch * mask
            else:
                batch = module(batch)
        return batch


def _batches(windows: int, batch_size: int) -> list[slice]:
    """Cut `windows` rows into batches; a last batch of one is left out, BatchNorm needs two."""
    starts = range(0, windows, batch_size)
    batches = [slice(start, min(start + batch_size, windows)) for start in starts]
    return [rows for rows in batches if rows.stop - rows.start > 1]


def _optimizer(config: TrainingConfig, network: nn.Module) -> torch.optim.Optimizer:
    optimizer: type[torch.optim.Adam] = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[
        config.optimizer
    ]
    return optimizer(
        network.parameters(),
        lr=config.learning_rate,
        weight_decay=config.weight_decay,
        fused=True,
    )


def _schedule(
    config: TrainingConfig, optimizer: torch.optim.Optimizer, steps_per_epoch: int
) -> LRScheduler | None:
    """Return the per-step schedule; `learning_rate` is the constant, the start or the peak."""
    steps = config.epochs * steps_per_epoch
    if config.schedule == "cosine":
        return CosineAnnealingLR(optimizer, T_max=steps)
    if config.schedule == "one-cycle":
        peak = config.learning_rate
        return OneCycleLR(optimizer, max_lr=peak, total_steps=steps, cycle_momentum=False)
    return None
