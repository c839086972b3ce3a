"""Confirming, cut short by signals."""

import re
import signal
from collections.abc import Callable

import psutil
import pytest

from tests.acceptance.conftest import Running

Start = Callable[..., Running]
PATIENCE_SECONDS = 60  # it takes 0.3 s alone, but other tests may keep every core busy


def told(confirm: Running) -> list[int]:
    """How many seeds it has told of, line by line."""
    return [int(each) for each in re.findall(r"trial 0: (\d+) seeds, ", confirm.output)]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_signal_ends_all_of_it_and_what_is_trained_is_kept(
    start: Start, sqlite_url: str, name: str
) -> None:
    # Of so many epochs that a seed takes a while: an entry's confirmation may end early.
    assert start(sqlite_url, "--trials", 1, "--workers", 1, epochs=100).wait() == 0
    many = ("--seeds", 1000, "--workers", 2)
    confirm = start(sqlite_url, *many, command="confirm")
    confirm.until(lambda: len(told(confirm)) >= 3)
    workers = confirm.workers()
    assert len(workers) == 2
    confirm.process.send_signal(getattr(signal, name))
    code = confirm.wait(PATIENCE_SECONDS)
    _gone, alive = psutil.wait_procs(workers, timeout=PATIENCE_SECONDS)
    assert not alive
    if name == "SIGINT":
        assert code == 130
        assert "The same command goes on" in confirm.output
        assert "Traceback" not in confirm.output
    kept = told(confirm)[-1]
    assert kept < 1000
    again = start(sqlite_url, *many, command="confirm")
    again.until(lambda: told(again))
    assert told(again)[0] >= kept > told(confirm)[0]  # what a start from nothing tells first
    again.process.kill()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
def test_a_killed_process_of_the_pool_is_replaced(start: Start, sqlite_url: str) -> None:
    assert start(sqlite_url, "--trials", 1, "--workers", 1, epochs=5).wait() == 0
    confirm = start(sqlite_url, "--seeds", 400, "--workers", 2, command="confirm")
    for kills in (1, 2):
        confirm.until(lambda: len(told(confirm)) >= 1)
        before = told(confirm)[-1]
        confirm.workers()[0].kill()
        confirm.until(lambda seen=kills: confirm.output.count("a process that trains") == seen)
        confirm.until(lambda least=before: told(confirm)[-1] > least)
    assert confirm.wait() == 0, confirm.output
    assert "Traceback" not in confirm.output
    assert confirm.output.count("1 tries again what was not finished") == 2
