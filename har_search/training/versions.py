"""What a trial's last bits depend on beside its seed: versions of packages, and the platform."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version

import numpy as np
import torch

PLATFORM = "platform"  # the one name that is no package's
_PACKAGES = ("har-search", "torch", "optuna", "numpy", "python")


def versions() -> dict[str, str]:
    """Return each package's version by its name, and this machine's platform as `platform`."""
    return {
        "har-search": version("har-search"),
        "torch": str(torch.__version__),  # of a class of its own
        "optuna": version("optuna"),
        "numpy": np.__version__,
        "python": platform.python_version(),
        # torch chooses its kernels by what the processor can do
        PLATFORM: f"{platform.system()} {platform.machine()} "
        f"{torch.backends.cpu.get_cpu_capability()}",
    }


def recorded_versions(recorded: Mapping[str, str] | str | None) -> dict[str, str]:
    """Return the versions that a trial has recorded; none where it has not."""
    return _of_prose(recorded) if isinstance(recorded, str) else dict(recorded or {})


def _of_prose(text: str) -> dict[str, str]:
    """Take apart what version 0.1.0 wrote: `torch 2.13.0+cpu, numpy 2.4.6, Linux x86_64 AVX2`."""
    found: dict[str, str] = {}
    for part in filter(None, text.split(", ")):
        name, _, number = part.partition(" ")
        found |= {name: number} if name in _PACKAGES else {PLATFORM: part}
    return found


def in_words(recorded: Mapping[str, str]) -> str:
    """Write versions in one line, the platform by itself; empty where there are none."""
    return ", ".join(
        each if name == PLATFORM else f"{name} {each}" for name, each in recorded.items()
    )
