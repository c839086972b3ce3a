"""What training asks of a kind of network, and the one place where the kind is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from torch import nn

from har_search.networks.splits import TensorSplit
from har_search.training.config import TrainingConfig
from har_search.training.mlp_learner import MLPLearner


class Learner(Protocol):
    """The networks of several seeds, trained side by side, epoch by epoch.

    Every draw for a network follows from its seed. At first the networks are untrained.
    """

    @property
    def evaluated(self) -> Sequence[nn.Module]:
        """Each seed's network whose accuracy counts, as it is now: an epoch may change it."""

    def train_epoch(self) -> tuple[Sequence[float], Sequence[float]]:
        """Run one pass over the split; return each seed's mean loss and running train accuracy."""

    def build(self) -> nn.Module:
        """Build another network of this form on the split's device, to load weights into."""


def make_learner(config: TrainingConfig, split: TensorSplit, seeds: Sequence[int]) -> Learner:
    """Return what trains the network that `config` describes on `split`, once for each seed."""
    return MLPLearner(config, split, seeds)
