"""Splits as tensors on a device, prepared as a study's inputs say."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from har_search.data.dataset import Split
from har_search.data.standardize import standardized


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
class Splits:
    """What a network is trained on and tested on, as it takes them."""

    train: TensorSplit
    test: TensorSplit

    @classmethod
    def of(cls, train: Split, test: Split, device: torch.device | str = "cpu") -> Splits:
        """Wrap both splits' arrays as they are."""
        return cls(TensorSplit.of(train, device), TensorSplit.of(test, device))


def prepare(train: Split, test: Split, inputs: str, device: torch.device | str = "cpu") -> Splits:
    """Return both splits as a study's networks take them: prepared.

    `inputs` is one of `challenge.inputs.INPUTS`.
    """
    return Splits.of(*standardized(train, test, inputs), device)
