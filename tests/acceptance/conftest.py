"""Real searches in real processes, to be killed, cut off and crowded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import optuna
import psutil
import pytest
import sqlalchemy

from har_search.search.budget import MOST_RETRIES
from har_search.storage import schema
from har_search.storage.attributes import WORKER_DIED
from har_search.storage.database import open_for_writing

STUDY = """
[study]
name = "short"
[training]
epochs = {epochs}
[recipe]
batch_size = 8
[search]
width = {{ low = 8, high = 32 }}
dropout = {{ low = 0.0, high = 0.5 }}
learning_rate = {{ low = 0.001, high = 0.01, log = true }}
[[track]]
name = "easy"
test_accuracy_above = 0.05
[[track]]
name = "impossible"
test_accuracy_above = 1.0
[pruner]
name = "none"
"""


@dataclass
class Running:
    """A search in a process of its own."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text()

    def workers(self) -> list[psutil.Process]:
        """The worker processes, but for Python's own resource tracker."""
        try:
            children = psutil.Process(self.process.pid).children()
            return [each for each in children if "spawn_main" in " ".join(each.cmdline())]
        except psutil.NoSuchProcess:
            return []

    def until(self, condition: Callable[[], object], seconds: float = 300) -> None:
        """Wait for a condition; fail with the output where the search ends first."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.02)

    def until_finished(self, trials: int) -> None:
        """Wait until the search has told of so many finished trials."""
        self.until(lambda: self.output.count(" trial ") >= trials)

    def wait(self, seconds: float = 600) -> int:
        return self.process.wait(seconds)


@pytest.fixture(scope="session", autouse=True)
def ctrl_c() -> None:
    """Let what is started here hear Ctrl-C, also where the tests themselves run in the background.

    A shell lets a command in the background ignore it, and all that this starts inherits that.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest) -> str:
    """A new database, the second kind where tests may take minutes."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def start(tmp_path: Path, uci_zip: Path) -> Iterator[Callable[..., Running]]:
    """Start a search on the small data set; `machine` gives it a cache of its own."""
    started: list[Running] = []

    def start(
        url: str,
        *arguments: object,
        epochs: int = 20,
        study: str | None = None,
        machine: str = "one",
        command: str = "run",
        **popen: object,
    ) -> Running:
        path = tmp_path / "short.toml"
        path.write_text(STUDY.format(epochs=epochs))
        log = tmp_path / f"log-{len(started)}.txt"
        environment = {**os.environ, "HAR_SEARCH_CACHE_DIR": str(tmp_path / f"cache-{machine}")}
        line = [sys.executable, "-m", "har_search", command, "--storage", url]
        line += ["--study", study or str(path), "--data", str(uci_zip)]
        with log.open("wb") as file:
            process = subprocess.Popen(
                [*line, *map(str, arguments)],
                stdout=file,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
                **popen,  # type: ignore[call-overload]
            )
        running = Running(process, log)
        started.append(running)
        return running

    yield start
    for running in started:
        children = running.workers()
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()
        for child in children:
            if child.is_running():
                child.kill()


def trials_of(url: str) -> list[optuna.trial.FrozenTrial]:
    """The study's trials, none where it is not made yet."""
    with open_for_writing(url) as storage:
        try:
            return optuna.load_study(storage=storage, study_name="short").trials
        except KeyError:
            return []


def finished(url: str) -> int:
    return sum(each.state.name in ("COMPLETE", "PRUNED") for each in trials_of(url))


def open_claims(url: str) -> int:
    with open_for_writing(url) as storage:
        return len(storage.fetch(sqlalchemy.select(schema.claims)))


def assert_nothing_lost(url: str, trials: int) -> None:
    """Exactly so many trials are finished, none is stuck, and failed ones were tried again.

    But for parameters on which workers died again and again: those are given up.
    """
    everything = trials_of(url)
    states = [each.state.name for each in everything]
    assert states.count("COMPLETE") + states.count("PRUNED") == trials
    assert "RUNNING" not in states
    assert open_claims(url) == 0
    tried = [each for each in everything if each.state.name != "FAIL"]
    for failed in everything:
        if failed.state.name == "FAIL" and failed.params:
            assert "failure" in failed.user_attrs
            if given_up(failed, everything):
                continue
            matches = [
                each
                for each in tried
                if each.params.items() >= failed.params.items()
                or each.system_attrs.get("fixed_params", {}).items() >= failed.params.items()
            ]
            assert matches, f"the parameters of trial {failed.number} were lost"


def given_up(failed: optuna.trial.FrozenTrial, everything: list[optuna.trial.FrozenTrial]) -> bool:
    """Return whether workers died on these parameters as often as they are tried."""
    died = [
        each
        for each in everything
        if each.params.items() >= failed.params.items()
        and each.user_attrs.get("failure") == WORKER_DIED
    ]
    return len(died) > MOST_RETRIES
