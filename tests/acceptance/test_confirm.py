"""Confirming, cut short by signals."""

import signal
import time
from collections.abc import Callable

import psutil
import pytest

from tests.acceptance.conftest import Running

Start = Callable[..., Running]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_signal_ends_all_of_it_and_what_is_trained_is_kept(
    start: Start, sqlite_url: str, name: str
) -> None:
    assert start(sqlite_url, "--trials", 1, "--workers", 1, epochs=5).wait() == 0
    many = ("--seeds", 1000, "--workers", 2)
    confirm = start(sqlite_url, *many, command="confirm")
    confirm.until(lambda: " seeds, " in confirm.output)
    workers = confirm.workers()
    assert len(workers) == 2
    sent = time.monotonic()
    confirm.process.send_signal(getattr(signal, name))
    code = confirm.wait(10)
    _gone, alive = psutil.wait_procs(workers, timeout=10)
    assert not alive
    assert time.monotonic() - sent < 10
    if name == "SIGINT":
        assert code == 130
        assert "The same command goes on" in confirm.output
        assert "Traceback" not in confirm.output
    again = start(sqlite_url, *many, command="confirm")
    again.until(lambda: " seeds, " in again.output)
    assert int(again.output.split("trial 0: ")[1].split()[0]) >= 8  # those from before
    again.process.kill()
