"""How the multilayer perceptron learns, epoch by epoch: what is drawn, in which order, each step.

Knows nothing of evaluation. The split is tensors in memory, one permutation an epoch makes the
batches, and every random draw for a seed comes from that seed.
"""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from har_search.networks import mlp
from har_search.networks.splits import TensorSplit
from har_search.training.config import TrainingConfig
from har_search.training.optimizer import Adam, learning_rates
from har_search.training.stacked import Stack


@contextmanager
def _denormals_flushed() -> Iterator[None]:
    """Take numbers below 1.2e-38 for 0.

    Without BatchNorm and dropout a network soon fits its windows so well that slopes underflow, and
    the processor computes with such numbers so slowly that an epoch would take 1.6 times as long.
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


class MLPLearner:
    """The state of one training: a stack of replicas, optimizer, schedule and sources of chance.

    A replica is the network of one seed; all draws for it come from that seed. They are made on the
    CPU, so that every device trains with the same weights, batches, noise and masks.
    """

    def __init__(self, config: TrainingConfig, split: TensorSplit, seeds: Sequence[int]) -> None:
        device = split.features.device
        self.config, self.split = config, split
        drawn = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.stack = Stack([mlp.build(config.mlp, each).to(device) for each in drawn])
        self.averaged: Stack | None = None
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.mixing = [np.random.default_rng(seed) for seed in seeds]  # torch's beta takes none
        one_hot = functional.one_hot(split.labels, config.mlp.activities).float()
        # Label smoothing, Szegedy et al. 2016, section 7: (1 - a) * one-hot + a / C.
        smoothing = config.label_smoothing
        self.soft_labels = one_hot * (1 - smoothing) + smoothing / config.mlp.activities

        # One epoch's windows, permuted; BatchNorm needs two in a batch, so a lonely last is left.
        windows = len(split.labels)
        self.windows = windows - (windows % config.batch_size == 1)
        self.orders = split.labels.new_empty(len(seeds), windows)
        self.targets = split.features.new_empty(len(seeds), *self.soft_labels.shape)
        rows = len(seeds) * config.batch_size
        self.batch = split.features.new_empty(rows, split.features.shape[1])
        self.augmented: torch.Tensor | None = None
        if config.mixup > 0 or config.input_noise > 0:
            self.augmented = split.features.new_empty(len(seeds), *split.features.shape)
        self.logits = torch.empty_like(self.targets[:, : self.windows])
        self.masks: torch.Tensor | None = None
        if config.mlp.dropout > 0:
            width = config.mlp.hidden_widths[0]
            self.masks = self.targets.new_empty(len(seeds), windows, width)
            self.numbers = torch.empty(windows * width // 4 + 1, dtype=torch.int64)

        self.optimizer = Adam(
            config.optimizer, self.stack.parameters, self.stack.gradients, config.weight_decay
        )
        steps = config.epochs * math.ceil(self.windows / config.batch_size)
        self.rates = learning_rates(config.schedule, config.learning_rate, steps)

    @property
    def evaluated(self) -> tuple[nn.Sequential, ...]:
        """The networks whose accuracy counts: averaged ones where weights are averaged."""
        return (self.averaged or self.stack).networks

    def build(self) -> nn.Sequential:
        """Build another network of this form on the split's device, to load weights into."""
        return mlp.build(self.config.mlp).to(self.split.features.device)

    @torch.no_grad()
    @_denormals_flushed()
    def train_epoch(self) -> tuple[list[float], list[float]]:
        """Run one pass over the split; return each replica's mean loss and its running accuracy."""
        for replica in range(len(self.orders)):
            self._draw_epoch(replica)
        batches = [self._batches(each) for each in (self.targets, self.logits, self.masks)]
        for features, targets, logits, masks in zip(self._features(), *batches, strict=True):
            self.stack.step(features, targets, masks, logits)
            self.optimizer.step(next(self.rates))
            if self.config.weight_averaging > 0:
                self._average()
        targets = self.targets[:, : self.windows]
        losses = -(self.logits.log_softmax(dim=2) * targets).sum(dim=2).mean(dim=1)
        correct = self.logits.argmax(dim=2) == targets.argmax(dim=2)
        return losses.tolist(), correct.double().mean(dim=1).tolist()

    def _features(self) -> Iterator[torch.Tensor]:
        """Yield each batch's features (R, B, F), gathered only now where they are as stored.

        The products that read a batch then find it in the processor's cache.
        """
        if self.augmented is not None:
            yield from torch.split(self.augmented[:, : self.windows], self.config.batch_size, dim=1)
            return
        for order in torch.split(self.orders[:, : self.windows], self.config.batch_size, dim=1):
            batch = self.batch[: order.numel()]
            torch.index_select(self.split.features, 0, order.flatten(), out=batch)
            yield batch.view(*order.shape, -1)

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

        Fills soft targets (N, C), augmented features (N, F), and masks (N, width): 0 or 1 / keep
        probability.
        """
        config, generator = self.config, self.generators[replica]
        order, targets = self.orders[replica], self.targets[replica]
        order.copy_(self._permutation(generator))
        torch.index_select(self.soft_labels, 0, order, out=targets)
        if self.augmented is not None:
            features = self.augmented[replica]
            torch.index_select(self.split.features, 0, order, out=features)
            if config.mixup > 0:
                # Zhang et al. 2018, with a mixing weight for every window rather than every batch.
                beta = self.mixing[replica].beta(config.mixup, config.mixup, (len(order), 1))
                weight = torch.from_numpy(1 - beta).to(features)
                partner = self._permutation(generator)
                features.lerp_(self.split.features[partner], weight)
                targets.lerp_(self.soft_labels[partner], weight)
            if config.input_noise > 0:
                noise = torch.empty(features.shape).normal_(generator=generator)
                features.add_(noise.to(features.device), alpha=config.input_noise)
        if self.masks is not None:
            self.numbers.random_(-(2**63), None, generator=generator)
            numbers = self.numbers.to(order.device)
            _masks(numbers, config.mlp.dropout, out=self.masks[replica])

    def _permutation(self, generator: torch.Generator) -> torch.Tensor:
        labels = self.split.labels
        return torch.randperm(len(labels), generator=generator).to(labels.device)


def _masks(numbers: torch.Tensor, dropout: float, *, out: torch.Tensor) -> None:
    """Make dropout masks, 0 or 1 / keep probability, of random int64 `numbers`.

    Four draws share a number's 64 bits, for speed: the probability is rounded to 1 / 65,536.
    """
    chances = numbers.view(torch.int16)[: out.numel()].view(out.shape)
    kept = min(round((1 - dropout) * 65_536), 65_535)
    torch.lt(chances, kept - 32_768, out=out).mul_(65_536 / kept)
