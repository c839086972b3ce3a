"""Processes that train for one command, and end with it however it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import connection
from pathlib import Path
from typing import Any, Generic, TypeVar

from har_search.challenge.inputs import INPUTS
from har_search.data.cache import load
from har_search.data.dataset import Dataset
from har_search.errors import TrainingStoppedError
from har_search.networks.splits import Splits, prepare
from har_search.storage.logs import hush_libraries

Key = TypeVar("Key")
MOST_KILLS = 3  # in a row after which what was in flight is tried again


@dataclass(frozen=True)
class _Task(Generic[Key]):
    key: Key
    function: Callable[..., Any]
    arguments: tuple[Any, ...]


class TrainingPool(Generic[Key]):
    """Processes that train; where one is killed, new ones try again what was in flight.

    Memory that runs short is the usual cause, so each time there are half as many. `on_killed` is
    told how many there are then.
    """

    def __init__(self, workers: int, on_killed: Callable[[int], None]) -> None:
        self.workers, self.on_killed = workers, on_killed
        self.kills = 0  # in a row
        self.running: dict[Future[Any], _Task[Key]] = {}
        self._start_processes()

    def submit(self, key: Key, function: Callable[..., Any], *arguments: Any) -> None:
        """Let a process call the function; `next_finished` returns what comes of it, with `key`."""
        self._submit(_Task(key, function, arguments))

    def is_running(self, key: Key) -> bool:
        """Return whether anything of this key is in flight."""
        return any(task.key == key for task in self.running.values())

    def next_finished(self) -> tuple[Key, Any] | None:
        """Wait for the next result, and return it with its key; None where nothing is in flight.

        Raises:
            TrainingStoppedError: processes were killed again and again.
        """
        while self.running:
            wait(self.running, return_when=FIRST_COMPLETED)
            for future in list(self.running):
                if future.done() and not _is_broken(future):
                    self.kills = 0
                    return self.running.pop(future).key, future.result()
            self._begin_anew()
        return None

    def end(self) -> None:
        """End the processes by force, also in the middle of a training."""
        self.executor.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.kill()

    def _begin_anew(self) -> None:
        """Start new processes in place of all, and let them do what the others did not."""
        self.kills += 1
        if self.kills > MOST_KILLS:
            raise TrainingStoppedError(
                f"processes that train were killed {self.kills} times in a row, though there were "
                "fewer each time; is there memory enough? What is trained is kept, and the same "
                "command goes on"
            )
        self.executor.shutdown()  # after which every future is done
        self.workers = max(self.workers // 2, 1)
        self._start_processes()
        self.on_killed(self.workers)
        for future in [each for each in self.running if _is_broken(each)]:
            self._submit(self.running.pop(future))

    def _start_processes(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.executor = ProcessPoolExecutor(self.workers, context, initializer=_begin)

    def _submit(self, task: _Task[Key]) -> None:
        future: Future[Any]
        try:
            future = self.executor.submit(task.function, *task.arguments)
        except BrokenProcessPool as error:  # just now; the next look begins anew
            future = Future()
            future.set_exception(error)
        self.running[future] = task


def _is_broken(future: Future[Any]) -> bool:
    """Return whether a process was killed before the future had its result; waits for neither."""
    return future.done() and isinstance(future.exception(), BrokenProcessPool)


@contextmanager
def training_pool(
    workers: int, on_killed: Callable[[int], None] = lambda _: None
) -> Iterator[TrainingPool[Any]]:
    """Open a pool of processes; they end with the block, also in the middle of a training."""
    pool: TrainingPool[Any] = TrainingPool(workers, on_killed)
    try:
        yield pool
    finally:
        pool.end()


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
