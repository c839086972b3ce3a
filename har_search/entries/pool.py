"""Processes that train for one command, and end with it however it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import connection
from pathlib import Path

from har_search.challenge.inputs import INPUTS
from har_search.data.cache import load
from har_search.data.dataset import Dataset
from har_search.networks.splits import Splits, prepare
from har_search.storage.logs import hush_libraries


@contextmanager
def training_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Open a pool of processes; they end with the block, also in the middle of a training."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_begin)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.kill()


@lru_cache(maxsize=1)
def dataset_in(folder: Path) -> Dataset:
    """Return the data set of a cache folder, opened once a process."""
    return load(folder)


@lru_cache(maxsize=len(INPUTS))
def splits_in(folder: Path, inputs: str) -> Splits:
    """Return a cache folder's splits, standardised once a process."""
    dataset = dataset_in(folder)
    return prepare(dataset.train, dataset.test, inputs)


def _begin() -> None:
    """Leave Ctrl-C and the screen to the parent, and end where it has died."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    hush_libraries()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)
