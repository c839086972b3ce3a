"""Processes that train, some of which are killed. Covers `entries/pool.py`."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from har_search.entries.pool import TrainingPool, training_pool
from har_search.errors import TrainingStoppedError

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")


def double(number: int) -> int:
    return 2 * number


def die_once(marks: Path, number: int) -> int:
    """Be killed at the first try of each number below 2."""
    mark = marks / str(number)
    if number < 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def die(_number: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def all_of(pool: TrainingPool[int]) -> dict[int, int]:
    return dict(iter(pool.next_finished, None))


def test_results_come_with_their_keys_until_none_is_left() -> None:
    with training_pool(2) as pool:
        for number in range(5):
            pool.submit(number, double, number)
        assert pool.is_running(4)
        assert all_of(pool) == {number: 2 * number for number in range(5)}
        assert not pool.is_running(4)
        assert pool.next_finished() is None


@pytest.mark.slow
def test_what_was_in_flight_is_tried_again_by_half_as_many(tmp_path: Path) -> None:
    told: list[int] = []
    with training_pool(2, told.append) as pool:
        for number in range(8):
            pool.submit(number, die_once, tmp_path, number)
        assert all_of(pool) == {number: 2 * number for number in range(8)}
    assert told in ([1], [1, 1])  # both may die at once


@pytest.mark.slow
def test_processes_that_are_killed_again_and_again_end_it() -> None:
    told: list[int] = []
    with training_pool(2, told.append) as pool:
        pool.submit(0, die, 0)
        with pytest.raises(TrainingStoppedError, match="killed 4 times in a row"):
            pool.next_finished()
    assert told == [1, 1, 1]


def test_a_pool_that_broke_between_two_looks_takes_more(tmp_path: Path) -> None:
    with training_pool(1) as pool:
        pool.submit(0, die_once, tmp_path, 0)
        deadline = time.monotonic() + 60
        while not next(iter(pool.running)).done() and time.monotonic() < deadline:
            time.sleep(0.01)
        pool.submit(7, double, 7)
        assert all_of(pool) == {0: 0, 7: 14}


def test_an_error_of_the_training_itself_is_raised() -> None:
    with training_pool(1) as pool:
        pool.submit(0, double)
        with pytest.raises(TypeError):
            pool.next_finished()


def test_the_processes_end_with_the_block() -> None:
    with training_pool(2) as pool:
        for number in range(2):
            pool.submit(number, time.sleep, 600)
        processes = [*pool.executor._processes.values()]
        assert len(processes) == 2
    deadline = time.monotonic() + 30  # no join: the pool's own thread waits for them, too
    while None in (each.exitcode for each in processes) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [each.exitcode for each in processes] == [-signal.SIGKILL] * 2
