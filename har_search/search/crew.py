"""The worker processes of one machine: started, heard, replaced and stopped.

Each worker has a pipe of its own: with a queue shared by all, one killed at the wrong moment would
lock out the rest. A pipe that closes tells either side that the other has died.
"""

from __future__ import annotations

import dataclasses
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Self

from har_search.search.events import Event, WorkerStopped
from har_search.search.job import Job

STOP, DRAIN = "stop", "drain"
WAIT_SECONDS = 1.0  # for a job, between two looks whether to stop
ORPHAN_SECONDS = 10.0  # for a worker that nobody waits for to put its trial back
TERMINATED = 128 + signal.SIGTERM  # the exit code of a worker that SIGTERM ended
STOP_SECONDS = 3.0  # for workers to end by themselves: an epoch, or what is left of start-up


@dataclasses.dataclass(frozen=True)
class Died:
    """A worker that ended without saying why."""

    exit_code: int


@dataclasses.dataclass(eq=False)
class _Worker:
    process: SpawnProcess
    pipe: connection.Connection

    def end(self) -> None:
        """End the process by force."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Crew:
    """The workers of this machine; `next_events` hears them, `start` adds one."""

    def __init__(self) -> None:
        self.workers: list[_Worker] = []
        self.waiting: list[_Worker] = []

    def __enter__(self) -> Self:
        """Return the crew; its processes end with the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the workers that are left, by force."""
        self.end()

    def prepare(self, count: int) -> None:
        """Let processes import what trains, which takes seconds, while their job is made ready."""
        self.waiting += [self._spawn() for _ in range(count)]

    def start(self, job: Job, data_folder: Path) -> None:
        """Set one more worker to `job`, with the data set of a cache folder."""
        worker = self.waiting.pop() if self.waiting else self._spawn()
        with suppress(OSError):  # it has died; `next_events` will say so
            worker.pipe.send((job, data_folder))
        self.workers.append(worker)

    def dismiss(self) -> None:
        """End the prepared processes that got no job; each would keep its memory for nothing."""
        for worker in self.waiting:
            worker.end()
        self.waiting.clear()

    def _spawn(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_run_worker, args=(theirs,), daemon=True)
        with _ctrl_c_ignored():  # Ctrl-C reaches every process; the parent alone acts on it
            process.start()
        theirs.close()  # so that our end notices when the worker's closes
        return _Worker(process, ours)

    def next_events(self, timeout_seconds: float) -> list[Event | Died | None]:
        """Wait for something to happen: events, and Died or None for a worker that ended."""
        events: list[Event | Died | None] = []
        waited = connection.wait([worker.pipe for worker in self.workers], timeout_seconds)
        for worker in [each for each in self.workers if each.pipe in waited]:
            try:
                while worker.pipe.poll():
                    events.append(worker.pipe.recv())
            except (EOFError, OSError):
                self.workers.remove(worker)
                worker.process.join()
                worker.pipe.close()
                code = worker.process.exitcode or 0
                events.append(Died(code) if code else None)
        return events

    def order(self, order: str) -> None:
        """Tell every worker to `STOP` after its epoch or to `DRAIN`, ending after its trial."""
        for worker in self.workers:
            with suppress(OSError):  # it has died; `next_events` will say so
                worker.pipe.send(order)

    def end(self, wait_seconds: float = 0) -> None:
        """End the workers that are left: by order, and after `wait_seconds` by force."""
        self.order(STOP)
        deadline = time.monotonic() + wait_seconds
        while self.workers and time.monotonic() < deadline:
            self.next_events(0.1)
        for worker in self.workers:
            worker.end()
        self.workers.clear()
        self.dismiss()


@contextmanager
def _ctrl_c_ignored() -> Iterator[None]:
    """Let a process that is started here ignore Ctrl-C from its first instruction on."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not the main thread: Ctrl-C is not handled here anyway
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class PipeOrders:
    """A worker's `Orders` over its pipe; a pipe that closes means that the parent has died."""

    def __init__(self, pipe: connection.Connection) -> None:
        self.pipe = pipe
        self.stopped = self.drained = False

    def job(self) -> tuple[Job, Path] | None:
        """Wait for a job and the data's cache folder, or return None where there will be none."""
        while not self.stopped and not self.pipe.poll(WAIT_SECONDS):
            pass
        try:
            return None if self.stopped else self.pipe.recv()
        except (EOFError, OSError):
            return None

    def stop(self) -> bool:
        """Return whether to end after the running epoch."""
        self._read()
        return self.stopped

    def drain(self) -> bool:
        """Return whether to end after the running trial."""
        self._read()
        return self.drained

    def wait(self, seconds: float) -> None:
        """Wait for so long, or until there is an order."""
        if not self.stopped:
            self.pipe.poll(seconds)

    def tell(self, event: Event) -> None:
        """Tell the parent."""
        try:
            self.pipe.send(event)
        except OSError:
            self.stopped = True

    def _read(self) -> None:
        try:
            while not self.stopped and self.pipe.poll():
                order = self.pipe.recv()
                self.drained |= order == DRAIN
                self.stopped |= order == STOP
        except (EOFError, OSError):
            self.stopped = True


def _run_worker(pipe: connection.Connection) -> None:
    """Be a worker process: ready itself, wait for a job and do it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orders = PipeOrders(pipe)
    terminated = False

    def stop(_number: int, _frame: object) -> None:
        nonlocal terminated
        orders.stopped = terminated = True
        _end_later()

    signal.signal(signal.SIGTERM, stop)
    threading.Thread(target=_end_with_parent, args=(orders,), daemon=True).start()
    gc.set_threshold(100_000)  # as in `__main__`: what is imported stays
    from har_search.data.cache import load  # NumPy and torch: after the signals are set
    from har_search.errors import HarSearchError
    from har_search.search.worker import work
    from har_search.storage.logs import hush_libraries

    hush_libraries()
    job = orders.job()
    if job is None:
        return
    try:
        work(job[0], load(job[1]), orders)
    except HarSearchError as error:
        orders.tell(WorkerStopped(str(error)))
    finally:
        gc.freeze()
        pipe.close()
    if terminated:  # nobody ordered it: the parent puts another in its place
        sys.exit(TERMINATED)


def _end_with_parent(orders: PipeOrders) -> None:
    """Stop where the parent has died."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    orders.stopped = True
    _end_later()


def _end_later() -> None:
    """End this process by force, unless it has put its trial back and ended by itself by then.

    A database that does not answer would hold it for as long as it is silent.
    """
    timer = threading.Timer(ORPHAN_SECONDS, os._exit, [TERMINATED])
    timer.daemon = True
    timer.start()
