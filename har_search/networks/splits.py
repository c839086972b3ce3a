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


def prepare(
    train: Split, test: Split, inputs: str, device: torch.device | str = "cpu"
) -> tuple[TensorSplit, TensorSplit]:
    """Return what a study's networks are trained on and tested on: both splits, prepared.

    `inputs` is one of `challenge.inputs.INPUTS`.
    """
    ours, theirs = standardized(train, test, inputs)
    return TensorSplit.of(ours, device), TensorSplit.of(theirs, device)
