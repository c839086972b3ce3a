"""Which process this is, and which is no more."""

import os
import subprocess
import sys

import pytest

from har_search.machine import is_dead_here, this_worker
from tests.helpers import ELSEWHERE


def test_a_process_that_is_gone_is_dead_and_others_are_not() -> None:
    script = "from har_search.machine import this_worker; print(this_worker())"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert is_dead_here(ran.stdout.strip())
    assert not is_dead_here(this_worker())
    assert not is_dead_here(ELSEWHERE)
    host, namespace, pid, _ = this_worker().split("/")
    assert int(pid) == os.getpid()
    assert is_dead_here(f"{host}/{namespace}/{pid}/1.00")  # another process of that number


def test_a_process_that_ended_but_was_not_waited_for_is_dead() -> None:
    """It is a zombie: its number is still taken."""
    script = "from har_search.machine import this_worker; print(this_worker(), flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", f"{script}; input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        worker = process.stdout.readline().strip()
        assert not is_dead_here(worker)
        process.stdin.close()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # and leaves it a zombie
        assert is_dead_here(worker)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores are bound on Linux alone")
def test_only_cores_that_this_process_may_use_are_counted() -> None:
    script = (
        "import os; from har_search.machine import core_count;"
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); print(core_count())"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "1\n"
