"""Where to train."""

from __future__ import annotations

import torch

from har_search.errors import OptionError


def choose_device(device: str) -> torch.device:
    """Return the device to train on; `auto` is the CPU, whose start-up a network this small needs.

    Raises:
        OptionError: torch finds no such device.
    """
    if device == "auto":
        return torch.device("cpu")
    available = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if not available.get(device, False):
        found = ", ".join(name for name, there in available.items() if there)
        raise OptionError(f"--device {device}: torch finds {found} here")
    return torch.device(device)
