"""A trained network as others use it: it needs no data set, and says which windows it takes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from har_search.challenge.inputs import CALIBRATED, NONE
from har_search.data.standardize import Scale, by_person
from har_search.networks import mlp


@dataclass(frozen=True)
class Standalone:
    """A trained network in eval mode, on the CPU; `config` describes it.

    `takes` is `none` where it takes windows as they are, and else which of `inputs.CALIBRATED` it
    takes of each person.
    """

    network: nn.Sequential
    config: mlp.MLPConfig
    takes: str = NONE

    @property
    def per_person(self) -> bool:
        """Whether it takes one person's standardised windows."""
        return self.takes in CALIBRATED

    def inputs(
        self, windows: NDArray[np.float32], subjects: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return what the network takes of (N, F) windows; `subjects` (N,) says whose they are.

        Raises:
            DataError: windows must be standardised, and a person has one only.
        """
        return by_person(windows, subjects, self.takes) if self.per_person else windows


def standardizing(network: nn.Sequential, config: mlp.MLPConfig, scale: Scale) -> Standalone:
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
    return Standalone(nn.Sequential(first, *network).eval(), config)
