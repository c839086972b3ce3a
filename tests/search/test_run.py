"""The loop over workers, with the crew played by a test; real ones are in acceptance/.

Covers `search/upkeep.py`, too.
"""

import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from unittest.mock import Mock

import pytest

from har_search.data.dataset import Dataset
from har_search.data.locate import Located
from har_search.errors import SearchStoppedError
from har_search.search import crew as crew_module
from har_search.search import ending, upkeep
from har_search.search import run as search_module
from har_search.search.crew import DRAIN, STOP, Died
from har_search.search.ending import Ending
from har_search.search.events import Event, FailedTrial, FinishedTrial, WorkerStopped
from har_search.search.job import Job
from har_search.search.run import SearchOptions, SearchOutcome, search
from har_search.study.spec import StudySpec


def finished(number: int, *tracks: str) -> FinishedTrial:
    return FinishedTrial(number, False, 0.9, 0.9, 0.0, tracks, 10, 5, 1.0, number + 1)


@dataclass
class Watcher:
    heard: list[object] = field(default_factory=list)

    def started(
        self, done: int, total: int, workers: int, leaders: Sequence[FinishedTrial]
    ) -> None:
        self.heard.append((done, total, workers))

    def finished(self, trial: FinishedTrial) -> None:
        self.heard.append(trial.number)

    def counted(self, done: int) -> None:
        self.heard.append(f"counted {done}")

    def failed(self, trial: FailedTrial) -> None:
        self.heard.append(trial.reason)

    def replaced(self, exit_code: int) -> None:
        self.heard.append(f"replaced {exit_code}")

    def lingering(self, workers: int, seconds: float) -> None:
        self.heard.append(f"{workers} linger for {seconds:g}")

    def stopping(self) -> None:
        self.heard.append("stopping")


class PlayedCrew(crew_module.Crew):
    """Workers whose events are written down beforehand, a list for each look."""

    script: ClassVar[list[list[Event | Died | None]]]
    orders: ClassVar[list[str]]
    jobs: ClassVar[list[Job]]

    workers: list[int]  # type: ignore[assignment]

    def start(self, job: Job, _data_folder: Path) -> None:
        self.jobs.append(job)
        self.workers.append(len(self.jobs))

    def next_events(self, _seconds: float) -> list[Event | Died | None]:
        if not self.script or STOP in self.orders:
            self.workers.clear()
            return []
        events = self.script.pop(0)
        for event in events:
            if isinstance(event, Died) or event is None:
                self.workers.pop()
        return events

    def order(self, order: str) -> None:
        self.orders.append(order)

    def end(self, wait_seconds: float = 0) -> None:
        self.workers.clear()


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> type[PlayedCrew]:
    PlayedCrew.script, PlayedCrew.orders, PlayedCrew.jobs = [], [], []
    monkeypatch.setattr(search_module, "Crew", PlayedCrew)
    return PlayedCrew


@pytest.fixture
def run(sqlite_url: str, quick: StudySpec, small: Dataset, tmp_path: Path) -> "Run":
    return Run(sqlite_url, quick, Located(small, tmp_path))


@dataclass
class Run:
    url: str
    spec: StudySpec
    located: Located
    watcher: Watcher = field(default_factory=Watcher)

    def __call__(self, **options: object) -> SearchOutcome:
        chosen = SearchOptions(**{"trials": 9, "student": "ann", "workers": 2, **options})  # type: ignore[arg-type]
        return search(self.spec, self.url, self.located, chosen, self.watcher)


Crew = type[PlayedCrew]


def test_events_reach_the_watcher(run: Run, crew: Crew) -> None:
    crew.script = [[finished(0)], [FailedTrial(1, "odd"), finished(2)]]
    assert run().ending is Ending.complete
    assert run.watcher.heard == [(0, 9, 2), 0, "odd", 2]
    assert crew.orders == []


def test_workers_have_seeds_of_their_own(run: Run, crew: Crew) -> None:
    run(seed=5, workers=3)
    run(seed=6)
    seeds = [job.sampler_seed for job in crew.jobs]
    assert len(set(seeds)) == 5
    assert {job.seed for job in crew.jobs} == {5, 6}


def test_no_more_workers_than_trials_start(run: Run, crew: Crew) -> None:
    run(trials=1, workers=8)
    assert len(crew.jobs) == 1


def test_five_failures_with_one_reason_in_a_row_stop_the_search(run: Run, crew: Crew) -> None:
    crew.script = [[FailedTrial(each, "no kernel image")] for each in range(4)]
    crew.script += [[finished(4)], [FailedTrial(5, "no kernel image")], [FailedTrial(6, "other")]]
    run()
    crew.script = [[FailedTrial(each, "no kernel image")] for each in range(5)]
    with pytest.raises(SearchStoppedError, match=r"5 trials in a row.*no kernel image"):
        run()


def test_a_dead_worker_is_replaced_but_not_for_ever(run: Run, crew: Crew) -> None:
    crew.script = [[Died(-9)], [finished(0)], [Died(-9)]]
    run()
    assert run.watcher.heard.count("replaced -9") == 2
    assert len(crew.jobs) == 4
    crew.script = [[Died(-11)] for _ in range(5)]
    with pytest.raises(SearchStoppedError, match=r"5 workers in a row died.*exit code -11"):
        run()


def test_a_worker_that_cannot_go_on_ends_the_search_with_its_reason(run: Run, crew: Crew) -> None:
    crew.script = [[WorkerStopped("the disk is full")]]
    with pytest.raises(SearchStoppedError, match="the disk is full"):
        run()


def test_until_ends_once_every_track_has_an_entry(run: Run, crew: Crew) -> None:
    crew.script = [[finished(0, "A")], [finished(1)], [finished(2, "B")], [finished(3)]]
    assert run(until=("A", "B")).ending is Ending.tracks
    assert run.watcher.heard == [(0, 9, 2), 0, 1, 2]
    assert crew.orders == [STOP]


def test_a_time_limit_drains_the_workers(run: Run, crew: Crew) -> None:
    crew.script = [[finished(0)], [finished(1)]]
    assert run(timeout_seconds=1e-6).ending is Ending.time
    assert crew.orders == [DRAIN]
    assert run.watcher.heard[1:] == [0, 1]


def test_ctrl_c_stops_the_workers_once(run: Run, crew: Crew) -> None:
    class Interrupting(Watcher):
        def finished(self, trial: FinishedTrial) -> None:
            super().finished(trial)
            signal.raise_signal(signal.SIGINT)

    run.watcher = Interrupting()
    crew.script = [[finished(0)], [finished(1)]]
    before = signal.getsignal(signal.SIGINT)
    assert run().ending is Ending.interrupted
    assert crew.orders == [STOP]
    assert run.watcher.heard == [(0, 9, 2), 0, "stopping"]
    assert signal.getsignal(signal.SIGINT) == before


def test_workers_that_do_not_end_after_the_last_trial_are_told_of_and_ended(
    run: Run, crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "STOP_SECONDS", 0.01)
    monkeypatch.setattr(search_module, "LINGER_SECONDS", 0.1)
    looks: list[list[Event | Died | None]] = [[finished(8)]]
    monkeypatch.setattr(crew, "next_events", lambda *_: looks.pop() if looks else [])
    outcome = run()
    assert outcome.ending is Ending.complete
    assert run.watcher.heard == [(0, 9, 2), 8, "2 linger for 0.09"]


def test_ctrl_c_waits_for_no_database(
    run: Run, crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = threading.Event()
    monkeypatch.setattr(search_module, "GIVE_UP_SECONDS", 0.1)
    monkeypatch.setattr(upkeep, "finished_trials", lambda *_: silent.wait())
    looks: list[list[Event | Died | None]] = [[], [finished(0)]]

    def next_events(*_: object) -> list[Event | Died | None]:
        if "stopping" not in run.watcher.heard and not looks:
            signal.raise_signal(signal.SIGINT)
        return looks.pop() if looks else []

    monkeypatch.setattr(crew, "next_events", next_events)
    monkeypatch.setattr(ending, "STOP_SECONDS", 0.1)
    outcome = run()
    silent.set()
    assert outcome == SearchOutcome("quick", 1, Ending.interrupted, answered=False)


def test_what_fails_in_the_thread_ends_the_search(
    run: Run, crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "finished_trials", Mock(side_effect=ArithmeticError("a bug")))
    with pytest.raises(ArithmeticError, match="a bug"):
        run()


def test_tracks_that_have_entries_already_start_no_worker(
    run: Run, crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "finished_trials", lambda *_: 2)
    monkeypatch.setattr(search_module, "earlier_leaders", lambda *_: [finished(0, "A")])
    assert run(until=("A",)).ending is Ending.tracks
    assert crew.jobs == []
    assert run.watcher.heard == [(2, 9, 2)]
