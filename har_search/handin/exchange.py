"""Two folders exchanged in one step, where the system can: nobody ever sees half of each."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from pathlib import Path

_HERE = -100  # AT_FDCWD, for paths that begin at this process's folder
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, and RENAME_SWAP of macOS


def exchange(one: Path, other: Path) -> bool:
    """Give each of two folders of one file system the other's name; False where that cannot be."""
    rename = _system_call()
    return rename is not None and rename(os.fsencode(one), os.fsencode(other)) == 0


def _system_call() -> Callable[[bytes, bytes], int] | None:
    """Return what exchanges two paths, and answers 0 if it did; Python has no function for it."""
    try:
        library = ctypes.CDLL(None)
    except (OSError, TypeError):  # Windows
        return None
    if hasattr(library, "renameat2"):
        return lambda one, other: int(library.renameat2(_HERE, one, _HERE, other, _EXCHANGE))
    if hasattr(library, "renamex_np"):
        return lambda one, other: int(library.renamex_np(one, other, _EXCHANGE))
    return None
