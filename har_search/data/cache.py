"""Parsed data sets on disk: memory-mapped arrays that many processes share."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import platformdirs
from filelock import FileLock, Timeout

from har_search.data.dataset import Dataset, Split
from har_search.data.parse import FEATURE_NAMES_FILE, SPLIT_FILES
from har_search.errors import DataError

FORMAT = 1  # part of every key: raise it when what is stored changes
LOCK_SECONDS = 1800  # a slow line downloads 60 MB meanwhile
ARRAYS = ("features", "labels", "subjects")


def default_cache_folder() -> Path:
    """Return `HAR_SEARCH_CACHE_DIR`, or the per-user cache folder of this operating system."""
    return Path(os.environ.get("HAR_SEARCH_CACHE_DIR") or platformdirs.user_cache_dir("har-search"))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the cache folder for this process; others wait.

    Raises:
        DataError: the folder cannot be made or written, or another process keeps it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock", timeout=LOCK_SECONDS):
            yield
    except Timeout as error:
        raise DataError(
            f"{folder}: another process has held the cache for {LOCK_SECONDS // 60} minutes; end "
            "it, or set HAR_SEARCH_CACHE_DIR to another folder"
        ) from error
    except OSError as error:
        raise DataError(
            f"{folder}: the cache cannot be written ({error.strerror or error}); "
            "set HAR_SEARCH_CACHE_DIR to another folder"
        ) from error


def key_of(path: Path) -> str:
    """Identify a zip or folder by its place, sizes and times, without reading it.

    Missing files are left out: parsing will name them.
    """
    names = [name for files in SPLIT_FILES.values() for name in files.values()]
    files = [path / name for name in (*names, FEATURE_NAMES_FILE)] if path.is_dir() else [path]
    identity = [str(path.resolve()), str(FORMAT)]
    for file in files:
        if file.is_file():
            status = file.stat()
            identity.append(f"{file.name} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(identity).encode()).hexdigest()[:16]


def cached(folder: Path, key: str, make: Callable[[], Dataset]) -> Dataset:
    """Return the data set stored under `key`, calling `make` once for all processes if none is.

    The arrays are private memory maps: processes share their pages, and writing to them changes no
    file.
    """
    entry = folder / "parsed" / key
    if not entry.is_dir():
        with locked(folder):
            if not entry.is_dir():
                _store(entry, make())
    return load(entry)


def _store(entry: Path, dataset: Dataset) -> None:
    """Write beside the entry and rename, so that a half-written one never bears its name."""
    entry.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(dir=entry.parent, prefix=".half-"))
    try:
        for split_name in ("train", "test"):
            split = getattr(dataset, split_name)
            for array in ARRAYS:
                np.save(half / f"{split_name}-{array}.npy", getattr(split, array))
        about = {
            "name": dataset.name,
            "fingerprint": dataset.fingerprint,
            "source": dataset.source,
            "feature_names": dataset.feature_names,
        }
        (half / "about.json").write_text(json.dumps(about), encoding="utf-8")
        half.rename(entry)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def load(entry: Path) -> Dataset:
    """Map the data set stored in the folder `entry`; milliseconds, whatever its size.

    Raises:
        DataError: the folder is damaged.
    """
    try:
        about = json.loads((entry / "about.json").read_text(encoding="utf-8"))
        train, test = (
            Split(*(np.load(entry / f"{split}-{array}.npy", mmap_mode="c") for array in ARRAYS))
            for split in ("train", "test")
        )
    except (OSError, ValueError) as error:
        raise DataError(f"{entry}: damaged cache ({error}); delete that folder") from error
    return Dataset(
        about["name"],
        train,
        test,
        tuple(about["feature_names"]),
        about["fingerprint"],
        about["source"],
    )
