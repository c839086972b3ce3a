"""A trained network as others use it: it needs no data set, and says what its inputs are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from har_search.challenge.inputs import AS_THEY_ARE, CALIBRATED
from har_search.data.standardize import Scale, by_person
from har_search.networks import mlp


@dataclass(frozen=True)
class TrainedNetwork:
    """A trained network in eval mode, on the CPU; `config` describes it.

    `inputs` is "none" where it takes windows as they are, also where its first layer standardises
    them, and else one of `challenge.inputs.CALIBRATED`.
    """

    network: nn.Sequential
    config: mlp.MLPConfig
    inputs: str = AS_THEY_ARE

    @property
    def calibrated(self) -> bool:
        """Whether it takes windows standardised by each person's own."""
        return self.inputs in CALIBRATED

    def prepared(
        self, windows: NDArray[np.float32], subjects: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return (N, F) windows as the network takes them; `subjects` (N,) says whose they are.

        Raises:
            DataError: windows must be standardised, and a person has one only.
        """
        return by_person(windows, subjects, self.inputs) if self.calibrated else windows


def standardizing(network: nn.Sequential, config: mlp.MLPConfig, scale: Scale) -> TrainedNetwork:
    """Put a scale before a network as a fixed first layer, so that it takes windows as they are."""
    config = replace(config, standardizes=True)
    first = mlp.build(config)[0]
    assert isinstance(first, nn.BatchNorm1d)
    first.load_state_dict(
        {
            "running_mean": torch.from_numpy(scale.mean),
            "running_var": torch.from_numpy(scale.sd**2 - first.eps),  # it adds them again
            "num_batches_tracked": torch.tensor(0),
        }
    )
    return TrainedNetwork(nn.Sequential(first, *network).eval(), config)
