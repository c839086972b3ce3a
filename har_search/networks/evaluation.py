"""What a network answers on a whole split, in eval mode, and what it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from har_search.challenge.activities import ACTIVITIES
from har_search.networks.splits import TensorSplit

# Windows that a processor evaluates at once. What each layer makes of them stays in its cache: at
# widths from 64 to 400 that takes 0.90 to 0.77 of the time of all windows at once.
CACHED = 2048


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
    return int((likeliest(network, split.features) == split.labels).sum()) / len(split.labels)


def likeliest(network: nn.Module, features: torch.Tensor) -> torch.Tensor:
    """Return the likeliest activity (N,) of each of (N, F) windows, `network` in eval mode."""
    network.eval()
    at_once = CACHED if features.device.type == "cpu" else max(len(features), 1)
    with torch.inference_mode():
        return torch.cat([network(part).argmax(dim=1) for part in torch.split(features, at_once)])


def confusion_matrix(network: nn.Module, split: TensorSplit) -> tuple[tuple[int, ...], ...]:
    """Count the split's windows by activity (row) and by what `network` takes them for (column)."""
    outputs = len(ACTIVITIES)
    pairs = split.labels * outputs + likeliest(network, split.features)
    counts = torch.bincount(pairs, minlength=outputs**2).view(outputs, outputs)
    return tuple(tuple(row) for row in counts.tolist())


def parameters_of(network: nn.Module) -> int:
    """Count the numbers that a network learns, BatchNorm's scale and shift included."""
    return sum(each.numel() for each in network.parameters() if each.requires_grad)


def weights_of(network: nn.Module) -> dict[str, torch.Tensor]:
    """Copy a network's weights and running statistics, by the keys of its `state_dict()`."""
    return {key: value.detach().clone() for key, value in network.state_dict().items()}
