"""Which process is no more: proof alone counts. Real processes, a hidden /proc, a moved clock."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from har_search import machine
from har_search.machine import is_dead_here, this_worker

NAME = "from har_search.machine import this_worker; print(this_worker(), flush=True)"
WAIT = f"{NAME}; input()"


def started(script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_process_is_dead_once_it_has_ended() -> None:
    with started(WAIT) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert not is_dead_here(name)
        process.kill()
        while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        assert is_dead_here(name)  # nobody has waited for it yet
    assert is_dead_here(name)
    assert not is_dead_here(this_worker())


def test_another_process_of_that_number_is_another() -> None:
    host, own, namespace, process, start = this_worker().rsplit("/", 4)
    assert int(process) == os.getpid()
    assert is_dead_here("/".join([host, own, namespace, process, f"1{start}"]))


def test_cloned_machines_share_a_name_and_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    with started(NAME) as process:
        assert process.stdout is not None
        gone = process.stdout.readline().strip()
    assert is_dead_here(gone)
    monkeypatch.setattr(machine, "_machine", lambda: "the clone")
    assert not is_dead_here(gone)
    assert this_worker().split("/")[0] == gone.split("/")[0]


def test_a_worker_of_another_machine_or_version_is_not_dead_here() -> None:
    assert not is_dead_here(f"elsewhere/0000/1/{os.getpid()}/1")
    host = this_worker().split("/")[0]
    assert not is_dead_here(f"{host}/4026531836/999999/1700000000.25")  # as 0.1.0 named it


def test_a_clock_that_is_set_changes_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    before = this_worker()
    monkeypatch.setattr(time, "time", lambda: 1e9)
    real = psutil.Process.create_time
    if sys.platform == "linux":  # where psutil's times move with the clock
        monkeypatch.setattr(psutil.Process, "create_time", lambda self: real(self) + 3600)
    assert this_worker() == before
    assert not is_dead_here(before)


def test_a_hidden_process_is_not_taken_for_dead() -> None:
    """`hidepid=2`: other users' processes cannot be seen in /proc, and are there all the same."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("hiding /proc takes root on Linux")
    ask = (
        "import os, sys; from har_search.machine import is_dead_here\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "name = sys.argv[1]; pid = name.rsplit('/', 2)[1]\n"
        "print(os.path.exists(f'/proc/{pid}'), is_dead_here(name))"
    )
    hide = 'mount -t proc -o hidepid=2 proc /proc && exec "$@"'
    root = str(Path(machine.__file__).parents[1])
    with started(WAIT) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        ran = subprocess.run(
            ["unshare", "--mount", "sh", "-c", hide, "sh", sys.executable, "-c", ask, name],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": root},
        )
        process.send_signal(signal.SIGTERM)
    if "mount" in ran.stderr:
        pytest.skip(f"/proc cannot be hidden here: {ran.stderr.strip()}")
    assert ran.stdout.split() == ["False", "False"], ran.stderr


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores are bound on Linux alone")
def test_only_cores_that_this_process_may_use_are_counted() -> None:
    script = (
        "import os; from har_search.machine import core_count;"
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); print(core_count())"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "1\n"
