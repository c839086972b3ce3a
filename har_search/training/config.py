"""Everything that decides how one network is trained, but for the seed and the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from har_search.networks import mlp


@dataclass(frozen=True)
class TrainingConfig:
    """Everything that decides how one network is trained, but for the seed and the data."""

    mlp: mlp.MLPConfig
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
        others = {
            name: value
            for name, value in hyperparameters.items()
            if name not in mlp.NETWORK_HYPERPARAMETERS
        }
        return cls(
            mlp=mlp.mlp_config(hyperparameters), epochs=epochs, optimizer=optimizer, **others
        )
