"""A search with many workers: exact, joined by others, stopped when asked.

Covers `search/crew.py`, the workers' processes, and `__main__.py`, with which they begin.
"""

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from har_search.storage.attributes import FAILURE, INTERRUPTED
from tests.acceptance.conftest import (
    STUDY,
    Running,
    assert_nothing_lost,
    finished,
    trials_of,
)

Start = Callable[..., Running]
HAR_SEARCH = [sys.executable, "-m", "har_search"]


@pytest.mark.slow
def test_many_workers_end_with_exactly_their_trials(start: Start, url: str) -> None:
    search = start(url, "--trials", 40, "--workers", 4, epochs=3)
    assert search.wait() == 0, search.output
    assert_nothing_lost(url, 40)
    assert "The study has its 40 trials." in search.output
    parameters = [tuple(each.params.values()) for each in trials_of(url)]
    assert len(set(parameters)) == 40  # no two workers drew alike
    assert len({each.user_attrs["seed"] for each in trials_of(url)}) == 40


@pytest.mark.slow
def test_eight_workers_end_with_exactly_two_hundred(start: Start, url: str) -> None:
    search = start(url, "--trials", 200, "--workers", 8, epochs=2)
    assert search.wait() == 0, search.output
    assert_nothing_lost(url, 200)


@pytest.mark.slow
def test_two_machines_end_with_exactly_two_hundred(start: Start, url: str) -> None:
    searches = [
        start(url, "--trials", 200, "--workers", 2, epochs=2, machine=machine)
        for machine in ("one", "two")
    ]
    for search in searches:
        assert search.wait() == 0, search.output
        assert "The study has its 200 trials." in search.output
    assert_nothing_lost(url, 200)


@pytest.mark.slow
def test_another_machine_joins_with_the_url_and_the_studys_name(
    start: Start, sqlite_url: str
) -> None:
    assert start(sqlite_url, command="init").wait() == 0
    joined = start(sqlite_url, "--trials", 2, "--workers", 1, study="short", machine="two")
    assert joined.wait() == 0, joined.output
    assert finished(sqlite_url) == 2
    unknown = start(sqlite_url, "--trials", 2, study="shrot")
    assert unknown.wait() == 1
    assert "error: no study named 'shrot'" in unknown.output
    other = start(sqlite_url, "--trials", 2, epochs=21)
    assert other.wait() == 1
    assert "training.epochs: 20 → 21" in other.output


@pytest.mark.slow
def test_until_ends_the_search_at_the_tracks_first_entry(start: Start, sqlite_url: str) -> None:
    search = start(sqlite_url, "--trials", 1000, "--until", "easy", "--workers", 2)
    assert search.wait() == 0, search.output
    assert "Track easy: found" in search.output
    assert 1 <= finished(sqlite_url) < 1000
    assert_nothing_lost(sqlite_url, finished(sqlite_url))
    again = start(sqlite_url, "--trials", 1000, "--until", "easy")
    assert again.wait() == 0
    assert "Track easy: found" in again.output
    wrong = start(sqlite_url, "--until", "A")
    assert wrong.wait() == 1
    assert "error: --until A: the study's tracks are easy, impossible" in wrong.output


@pytest.mark.slow
def test_a_time_limit_finishes_what_runs(start: Start, sqlite_url: str) -> None:
    search = start(sqlite_url, "--trials", 10_000, "--timeout", "20s", "--workers", 2, epochs=40)
    assert search.wait() == 0, search.output
    assert "Out of time at" in search.output
    assert {each.state.name for each in trials_of(sqlite_url)} <= {"COMPLETE", "PRUNED", "WAITING"}
    assert_nothing_lost(sqlite_url, finished(sqlite_url))


@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
)
def test_a_signal_ends_the_search_within_seconds_and_puts_trials_back(
    start: Start, sqlite_url: str, number: int
) -> None:
    search = start(sqlite_url, "--trials", 1000, "--workers", 2, epochs=500)
    search.until(lambda: len(search.workers()) == 2)
    search.until(lambda: sum(each.state.name == "RUNNING" for each in trials_of(sqlite_url)) == 2)
    for process in [psutil.Process(search.process.pid), *search.workers()]:
        if number == signal.SIGINT or process.pid == search.process.pid:
            process.send_signal(number)  # a terminal sends Ctrl-C to all of them
    assert search.wait() == 130, search.output
    states = [each.state.name for each in trials_of(sqlite_url)]
    assert "RUNNING" not in states
    assert states.count("WAITING") >= 2
    assert "Interrupted at 0 of 1000 trials; all are kept." in search.output
    assert "Go on with\n  har-search run --trials 1000 " in search.output
    assert "Traceback" not in search.output
    assert_nothing_lost(sqlite_url, 0)


def test_a_signal_is_heard_between_the_epochs_of_any_seed(
    start: Start, sqlite_url: str, tmp_path: Path
) -> None:
    study = tmp_path / "several.toml"
    several = STUDY.format(epochs=40).replace("epochs = 40", "epochs = 40\nreplicas = 64")
    study.write_text(f'{several}\n[score]\nepoch = "last"\n')
    search = start(sqlite_url, "--trials", 1000, "--workers", 2, study=str(study))
    search.until(lambda: sum(bool(each.intermediate_values) for each in trials_of(sqlite_url)) == 2)
    search.process.send_signal(signal.SIGINT)
    assert search.wait() == 130, search.output
    trials = trials_of(sqlite_url)
    assert "RUNNING" not in {each.state.name for each in trials}
    reasons = [each.user_attrs[FAILURE] for each in trials if each.state.name == "FAIL"]
    assert reasons == [INTERRUPTED] * 2  # so they were not killed
    assert "Interrupted at 0 of 1000 trials; all are kept." in search.output
    assert_nothing_lost(sqlite_url, 0)


@pytest.mark.slow
def test_the_leaderboard_and_the_dashboard_read_while_eight_workers_write(
    start: Start, sqlite_url: str
) -> None:
    search = start(sqlite_url, "--trials", 120, "--workers", 8, epochs=10)
    search.until_finished(1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    port = address.rsplit(":", 1)[1]
    dashboard = subprocess.Popen(
        [*HAR_SEARCH, "dashboard", "--storage", sqlite_url, "--port", port],
        stdout=subprocess.DEVNULL,
    )
    try:
        reads = 0
        while search.process.poll() is None:
            ran = subprocess.run(
                [*HAR_SEARCH, "leaderboard", "--storage", sqlite_url, "--format", "json"],
                capture_output=True,
                check=True,
            )
            assert json.loads(ran.stdout)
            try:
                for path in ("/", "/api/studies/1?after=0"):
                    with urllib.request.urlopen(address + path, timeout=30) as response:
                        reads += response.status == 200
            except urllib.error.URLError:
                assert reads == 0  # it starts more slowly than we ask
    finally:
        dashboard.terminate()
        dashboard.wait()
    assert search.wait() == 0, search.output
    assert reads >= 2
    assert_nothing_lost(sqlite_url, 120)
