"""A worker, in this process: how many trials it ends with, and what it leaves where it is stopped.

Covers `search/job.py`, `search/events.py` and `storage/attributes.py`, too.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import optuna
import pytest
import sqlalchemy

from har_search.board.standings import Selection, Standing, leaderboard
from har_search.data.dataset import Dataset
from har_search.errors import StorageError
from har_search.search import notable, worker
from har_search.search.budget import put_back
from har_search.search.events import FailedTrial, FinishedTrial
from har_search.search.job import Job
from har_search.search.worker import work
from har_search.storage import attributes, details, schema
from har_search.storage.claims import claim_place, held_claims
from har_search.storage.database import open_for_writing
from har_search.storage.patient import PatientStorage
from har_search.study.spec import StudySpec
from har_search.training import trial as trial_module
from tests.helpers import Recorder, prepared


@pytest.fixture
def job(url: str, quick: StudySpec, small: Dataset) -> Job:
    """A job on a prepared study."""
    return prepared(url, quick, small)


@pytest.fixture
def sqlite_job(sqlite_url: str, quick: StudySpec, small: Dataset) -> Job:
    return prepared(sqlite_url, quick, small)


def trials_of(url: str) -> list[optuna.trial.FrozenTrial]:
    with open_for_writing(url) as storage:
        return optuna.load_study(storage=storage, study_name="quick").trials


def by_number(url: str, study: str) -> list[Standing]:
    found = leaderboard(url, Selection(study=study)).standings
    return sorted(found, key=lambda standing: standing.trial)


def states(url: str) -> list[str]:
    return [trial.state.name for trial in trials_of(url)]


def open_claims(url: str) -> int:
    with open_for_writing(url) as storage:
        return len(held_claims(storage, "quick"))


def test_a_worker_ends_with_exactly_the_trials_asked_for(job: Job, small: Dataset) -> None:
    first, second, third = Recorder(), Recorder(), Recorder()
    work(job, small, first)
    work(replace(job, trials=5, sampler_seed=2), small, second)
    work(replace(job, trials=5, sampler_seed=3), small, third)
    told = [*first.events, *second.events]
    assert [event.done for event in told if isinstance(event, FinishedTrial)] == [1, 2, 3, 4, 5]
    assert third.events == []
    parameters = [tuple(trial.params.items()) for trial in trials_of(job.url)]
    assert len(set(parameters)) == 5
    assert open_claims(job.url) == 0


def test_notable_trials_have_their_whole_curve(
    sqlite_job: Job, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = replace(sqlite_job.spec, epochs=12)
    job = prepared(sqlite_job.url, replace(spec, name="long"), small)
    monkeypatch.setattr(notable, "TOP", 1)
    work(replace(job, trials=8), small, Recorder())
    curves = [details.read(job.url, job.study_name, number) for number in range(8)]
    known = [each is not None and None not in each.curve.train_accuracy for each in curves]
    scores = [standing.score for standing in by_number(job.url, "long")]
    best_so_far = [score >= max(scores[: place + 1]) for place, score in enumerate(scores)]
    assert [whole for whole, best in zip(known, best_so_far, strict=True) if best] == [True] * sum(
        best_so_far
    )
    assert not all(known)


def test_what_is_told_is_what_is_stored(job: Job, small: Dataset) -> None:
    recorder = Recorder()
    work(job, small, recorder)
    standings = {each.trial: each for each in leaderboard(job.url).standings}
    for event in recorder.events:
        assert isinstance(event, FinishedTrial)
        standing = standings[event.number]
        for name in ("score", "test_accuracy", "gap", "parameters", "epochs", "seconds"):
            assert getattr(event, name) == getattr(standing, name)
        assert event.tracks == standing.tracks


def test_a_seed_repeats_a_search(
    quick: StudySpec, small: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> None:
    boards = []
    for _ in range(2):
        url = f"sqlite:///{tmp_path_factory.mktemp('seed') / 'search.db'}"
        work(prepared(url, quick, small), small, Recorder())
        boards.append([replace(each, seconds=0) for each in leaderboard(url).standings])
    assert boards[0] == boards[1]


def test_a_stopped_trial_is_put_back_with_its_parameters(
    sqlite_job: Job, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_train = trial_module.train
    recorder = Recorder()

    def stop_while_training(*arguments: object, **named: object) -> object:
        recorder.stopped = True
        return real_train(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(trial_module, "train", stop_while_training)
    work(sqlite_job, small, recorder)
    assert states(sqlite_job.url) == ["FAIL", "WAITING"]
    assert open_claims(sqlite_job.url) == 0
    monkeypatch.undo()
    work(replace(sqlite_job, trials=1), small, Recorder())
    trials = trials_of(sqlite_job.url)
    assert trials[0].user_attrs[attributes.FAILURE] == attributes.INTERRUPTED
    assert trials[1].params == trials[0].params
    assert trials[1].user_attrs[attributes.START] == "lesson"
    assert attributes.RETRIES not in trials[1].user_attrs


def test_a_drained_worker_finishes_what_runs(sqlite_job: Job, small: Dataset) -> None:
    work(sqlite_job, small, Recorder(drain_after=2))
    assert states(sqlite_job.url) == ["COMPLETE", "COMPLETE"]


def test_a_failing_trial_gives_its_place_back(
    sqlite_job: Job, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_train = trial_module.train
    calls = iter(range(100))

    def fail_every_other(*arguments: object, **named: object) -> object:
        if next(calls) % 2:
            raise RuntimeError("out of memory")
        return real_train(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(trial_module, "train", fail_every_other)
    recorder = Recorder()
    work(sqlite_job, small, recorder)
    reasons = [event.reason for event in recorder.events if isinstance(event, FailedTrial)]
    assert reasons == ["RuntimeError: out of memory"] * 2
    finished = [state for state in states(sqlite_job.url) if state != "FAIL"]
    assert len(finished) == 3
    failed = [each for each in trials_of(sqlite_job.url) if each.state.name == "FAIL"]
    assert {each.user_attrs[attributes.FAILURE] for each in failed} == {reasons[0]}


def test_a_worker_waits_where_others_hold_the_last_places(job: Job, small: Dataset) -> None:
    with open_for_writing(job.url) as storage:
        for _ in range(3):
            assert claim_place(storage, "quick", 3, "elsewhere/0/1/0")
    recorder = Recorder()  # which stops at the first wait
    work(job, small, recorder)
    assert recorder.events == []
    assert states(job.url) == ["WAITING"]


def test_a_worker_taken_for_dead_while_it_trained_adds_nothing(
    sqlite_job: Job, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_train = trial_module.train
    calls = iter(range(100))

    def taken_for_dead(*arguments: object, **named: object) -> object:
        if next(calls) == 0:
            with open_for_writing(sqlite_job.url) as storage:
                study = optuna.load_study(storage=storage, study_name="quick")
                put_back(storage, study, 0, attributes.WORKER_DIED)
                storage.change(schema.claims.delete())
        return real_train(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(trial_module, "train", taken_for_dead)
    recorder = Recorder()
    work(sqlite_job, small, recorder)
    assert states(sqlite_job.url)[0] == "FAIL"
    assert sorted(states(sqlite_job.url)[1:]) == ["COMPLETE"] * 3
    assert [event.done for event in recorder.events if isinstance(event, FinishedTrial)] == [
        1,
        2,
        3,
    ]


def test_a_worker_whose_place_was_taken_before_it_began_does_not_train(
    sqlite_job: Job, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_claim = worker.claim_place
    calls = iter(range(100))

    def taken(storage: PatientStorage, *arguments: object) -> object:
        claim = real_claim(storage, *arguments)  # type: ignore[arg-type]
        if next(calls) == 0:
            storage.change(schema.claims.delete())
        return claim

    monkeypatch.setattr(worker, "claim_place", taken)
    work(sqlite_job, small, Recorder())
    assert states(sqlite_job.url) == ["FAIL", "COMPLETE", "COMPLETE", "COMPLETE"]


def test_a_full_database_ends_the_worker_and_keeps_what_is_finished(
    sqlite_job: Job, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's own limit on pages gives the error of a full disk."""
    job = replace(sqlite_job, trials=10_000)

    @contextmanager
    def open_full(*arguments: object, **named: object) -> Iterator[PatientStorage]:
        def limit(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA max_page_count=50")

        with open_for_writing(*arguments, **named) as storage:  # type: ignore[arg-type]
            sqlalchemy.event.listen(storage.engine, "connect", limit)
            storage.engine.dispose()
            yield storage

    monkeypatch.setattr(worker, "open_for_writing", open_full)
    recorder = Recorder()
    with pytest.raises(StorageError, match=r"disk is full \(free some space and run again"):
        work(job, small, recorder)
    monkeypatch.undo()
    assert recorder.events
    done = len(leaderboard(job.url).standings)
    assert len(recorder.events) <= done <= len(recorder.events) + 1


def test_a_trial_whose_files_cannot_be_kept_counts_and_says_why(
    sqlite_job: Job, small: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    orders = Recorder()
    work(replace(sqlite_job, artifacts=tmp_path / "file"), small, orders)
    told = [event for event in orders.events if isinstance(event, FinishedTrial)]
    assert len(told) == 3
    assert told[0].unkept == f"{tmp_path / 'file'}: Not a directory"
    assert states(sqlite_job.url) == ["COMPLETE"] * 3
