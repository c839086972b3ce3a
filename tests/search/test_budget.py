import threading
from unittest.mock import Mock

import optuna
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from har_search.data.dataset import Dataset
from har_search.machine import this_worker
from har_search.search import budget
from har_search.search.budget import DEAD_SECONDS, MOST_RETRIES, Sweeper, put_back
from har_search.search.study import prepare_study
from har_search.storage import attributes, schema
from har_search.storage.claims import (
    BEAT_SECONDS,
    claim_place,
    finished_trials,
    held_claims,
    unclaimed_trials,
)
from har_search.storage.database import open_for_writing
from har_search.storage.patient import PatientStorage
from har_search.study.spec import StudySpec
from tests.helpers import ELSEWHERE

GONE = this_worker().rsplit("/", 1)[0] + "/1.00"  # a worker of this machine that is no more


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The sweeper's clock, to set by hand."""
    now = [1000.0]
    monkeypatch.setattr(budget.time, "monotonic", lambda: now[0])
    return now


def state_of(study: optuna.Study, number: int) -> str:
    return study.get_trials()[number].state.name


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.sampled_from(["claim", "finish", "fail", "die"]), max_size=25))
def test_no_order_of_events_exceeds_or_loses_the_budget(
    steps: list[str],
    quick: StudySpec,
    small: Dataset,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    total = 3
    url = f"sqlite:///{tmp_path_factory.mktemp('budget') / 'budget.db'}"
    with open_for_writing(url) as storage:
        study = prepare_study(storage, "quick", quick, small)
        sweeper = Sweeper(storage, study)
        held = []
        for step in [*steps, *["claim", "finish"] * total]:
            if step == "claim":
                claim = claim_place(storage, "quick", total, ELSEWHERE)
                taken = finished_trials(storage, "quick") + len(held)
                assert (claim is not None) == (taken < total)
                if claim:
                    trial = study.ask()
                    claim.attach(trial.number)
                    held.append((claim, trial))
            elif held:
                claim, trial = held.pop()
                if step == "die":
                    own = schema.claims.c.claim == claim.id
                    storage.change(schema.claims.update().where(own).values(worker=GONE))
                    assert sweeper.sweep() == 1
                else:
                    failed = optuna.trial.TrialState.FAIL if step == "fail" else None
                    study.tell(trial, None if failed else 0.5, state=failed)
                    claim.release()
        while held:
            claim, trial = held.pop()
            study.tell(trial, 0.5)
            claim.release()
        assert finished_trials(storage, "quick") <= total


def test_a_trial_that_is_put_back_is_tried_again(
    storage: PatientStorage, study: optuna.Study, quick: StudySpec
) -> None:
    trial = study.ask()  # the lesson's start
    trial.suggest_int("width", 16, 512, log=True)
    assert put_back(storage, study, 0, attributes.WORKER_DIED)
    assert state_of(study, 0) == "FAIL"
    assert study.get_trials()[0].user_attrs[attributes.FAILURE] == attributes.WORKER_DIED
    again = study.ask()
    assert again.user_attrs == {attributes.START: "lesson", attributes.RETRIES: 1}
    first, second = study.get_trials()
    assert second.system_attrs["fixed_params"] == first.system_attrs["fixed_params"]
    assert not put_back(storage, study, 0, attributes.WORKER_DIED)  # it has ended


def test_parameters_that_kill_workers_are_given_up(
    storage: PatientStorage, study: optuna.Study
) -> None:
    for number in range(MOST_RETRIES + 1):
        assert study.ask().number == number
        put_back(storage, study, number, attributes.WORKER_DIED)
    assert attributes.START not in study.ask().user_attrs


def test_a_worker_without_a_beat_is_swept_only_under_the_sweepers_own_eyes(
    storage: PatientStorage, study: optuna.Study, clock: list[float]
) -> None:
    claim = claim_place(storage, "quick", 3, ELSEWHERE)
    assert claim
    claim.attach(study.ask().number)
    sweeper = Sweeper(storage, study)
    beats = int(DEAD_SECONDS / BEAT_SECONDS)
    for _ in range(3 * beats):  # it lives
        assert sweeper.sweep() == 0
        claim.beat()
        clock[0] += BEAT_SECONDS
    for _ in range(beats):
        assert sweeper.sweep() == 0
        clock[0] += BEAT_SECONDS
    clock[0] += 10 * DEAD_SECONDS  # the database was away: nobody could beat
    for _ in range(beats):
        assert sweeper.sweep() == 0
        assert state_of(study, 0) == "RUNNING"
        clock[0] += BEAT_SECONDS
    assert sweeper.sweep() == 1
    assert state_of(study, 0) == "FAIL"
    assert state_of(study, 1) == "WAITING"
    assert sweeper.sweep() == 0


def test_a_trial_whose_worker_died_before_it_could_claim_it_is_swept_at_once(
    storage: PatientStorage, study: optuna.Study
) -> None:
    assert claim_place(storage, "quick", 3, GONE)
    study.ask()
    assert Sweeper(storage, study).sweep() == 2  # the place and the trial
    assert state_of(study, 0) == "FAIL"
    assert not held_claims(storage, "quick")


def test_a_trial_without_a_claim_has_time_while_a_worker_may_claim_it(
    storage: PatientStorage, study: optuna.Study, clock: list[float]
) -> None:
    starting = claim_place(storage, "quick", 3, ELSEWHERE)
    assert starting
    study.ask()
    sweeper = Sweeper(storage, study)
    for _ in range(int(DEAD_SECONDS / BEAT_SECONDS)):
        assert sweeper.sweep() == 0
        assert starting.beat()
        clock[0] += BEAT_SECONDS
    assert sweeper.sweep() == 1
    assert state_of(study, 0) == "FAIL"


def test_an_interrupted_sweep_is_finished_by_the_next(
    storage: PatientStorage, study: optuna.Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = claim_place(storage, "quick", 3, GONE)
    assert claim
    claim.attach(study.ask().number)
    study.ask()  # an orphan
    sweeper = Sweeper(storage, study)
    away = Mock(side_effect=OSError("away"))
    with monkeypatch.context() as patched:
        patched.setattr(budget, "put_back", away)
        with pytest.raises(OSError, match="away"):
            sweeper.sweep()  # it took the claim over
    assert [each.worker for each in held_claims(storage, "quick")] == [sweeper.worker]
    with monkeypatch.context() as patched:
        patched.setattr(budget, "put_back", Mock(side_effect=[put_back, OSError("away")]))
        with pytest.raises(OSError, match="away"):
            sweeper.sweep()  # it claimed the orphan
    assert [each.worker for each in held_claims(storage, "quick")] == [sweeper.worker]
    assert sweeper.sweep() >= 1
    assert not held_claims(storage, "quick")
    assert not unclaimed_trials(storage, "quick")


def test_two_sweepers_put_a_trial_back_once(
    storage: PatientStorage, study: optuna.Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = claim_place(storage, "quick", 3, ELSEWHERE)
    assert claim
    claim.attach(study.ask().number)
    study.ask()  # an orphan
    monkeypatch.setattr(budget, "is_dead_here", lambda worker: worker == ELSEWHERE)
    swept = []
    ready = threading.Barrier(4)

    def sweep() -> None:
        ready.wait()
        swept.append(Sweeper(storage, study).sweep())

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(swept) == 2
    assert [trial.state.name for trial in study.get_trials()] == ["FAIL", "FAIL", "WAITING"]
