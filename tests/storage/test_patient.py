import inspect
import math
import re
import sqlite3
import threading
import time
from pathlib import Path

import optuna
import pytest
from optuna.storages import BaseStorage, _cached_storage
from optuna.study import StudyDirection
from sqlalchemy import event

from har_search.data.dataset import Dataset
from har_search.errors import StorageError
from har_search.search.study import prepare_study
from har_search.storage.database import open_for_writing
from har_search.storage.patient import PatientStorage
from har_search.study.spec import StudySpec


def test_what_is_synced_needs_no_log(sqlite_url: str, tmp_path: Path) -> None:
    with open_for_writing(sqlite_url) as storage:
        storage.create_new_study([StudyDirection.MAXIMIZE], "kept")
        copy = tmp_path / "copy.db"
        file = Path(sqlite_url.removeprefix("sqlite:///"))
        storage.sync()
        copy.write_bytes(file.read_bytes())
        storage.create_new_study([StudyDirection.MAXIMIZE], "in the log alone")
    names = sqlite3.connect(copy).execute("SELECT study_name FROM studies").fetchall()
    assert names == [("kept",)]


def test_attributes_are_recorded_together_and_only_once(
    url: str, quick: StudySpec, small: Dataset
) -> None:
    with open_for_writing(url) as storage:
        study = prepare_study(storage, "quick", quick, small)
        trial = study.ask()
        recorded = {"test_accuracy": 0.9634, "student": 'Zoë "ann"', "track_a": 1}
        for _ in range(2):
            storage.set_trial_user_attrs("quick", trial.number, recorded)
        study.tell(trial, 0.5)
        (frozen,) = study.trials
        assert frozen.user_attrs == {"start": "lesson", **recorded}


def test_another_programs_write_lock_is_waited_for(
    sqlite_url: str, quick: StudySpec, small: Dataset, tmp_path: Path
) -> None:
    with open_for_writing(sqlite_url) as storage:
        study = prepare_study(storage, "quick", quick, small)
        holder = sqlite3.connect(tmp_path / "har-search.db", check_same_thread=False)
        holder.execute("BEGIN IMMEDIATE")
        release = threading.Timer(1.5, holder.rollback)
        release.start()
        begun = time.monotonic()
        study.tell(study.ask(), 0.5)
        assert time.monotonic() - begun > 1
        release.join()
        holder.close()


def test_a_server_that_stays_away_ends_in_a_clear_error() -> None:
    url = "postgresql+psycopg://ann:secret@127.0.0.1:1/db"
    begun = time.monotonic()
    with (
        pytest.raises(StorageError, match=r"ann:\*\*\*@127.0.0.1:1/db: connection"),
        open_for_writing(url, 1.0, patient_start=True),
    ):
        pass
    assert time.monotonic() - begun > 0.5


def test_every_operation_of_the_storage_waits() -> None:
    asked_by_the_cache = re.findall(
        r"_backend\.(_?(?:create|delete|get|set)_\w+)", inspect.getsource(_cached_storage)
    )
    names = BaseStorage.__abstractmethods__.union(asked_by_the_cache)
    assert {"_create_new_trial", "set_trial_state_values"} <= names
    heartbeats = {each for each in names if "heartbeat" in each or "stale" in each}  # not used
    assert names - heartbeats <= vars(PatientStorage).keys()


def test_what_a_trial_writes_takes_one_statement_each(
    url: str, quick: StudySpec, small: Dataset
) -> None:
    def suggest(trial: optuna.Trial) -> None:
        trial.suggest_float("dropout", 0.0, 0.5)
        trial.suggest_categorical("batch_norm", [True, False])

    with open_for_writing(url) as storage:
        study = prepare_study(storage, "quick", quick, small)
        suggest(study.ask())  # what a study's first trial has, Optuna compares with nothing yet
        trial = study.ask()
        statements: list[str] = []
        event.listen(
            storage.engine, "before_cursor_execute", lambda *told: statements.append(told[2])
        )
        with storage.params_at_once():
            suggest(trial)
        trial.report(0.25, 3)
        inserts = [each.split("SELECT")[0].strip() for each in statements if "INSERT" in each]
        assert inserts == [
            "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)",
            "INSERT INTO trial_intermediate_values "
            "(trial_id, step, intermediate_value, intermediate_value_type)",
        ]
        storage.set_trial_intermediate_value(trial._trial_id, 3, 0.5)  # again: Optuna replaces it
        storage.set_trial_intermediate_value(trial._trial_id, 4, float("nan"))
        study.tell(trial, 0.5)
        frozen = study.trials[1]
        assert frozen.params == trial.params
        assert frozen.intermediate_values[3] == 0.5
        assert math.isnan(frozen.intermediate_values[4])
        with pytest.raises(optuna.exceptions.UpdateFinishedTrialError):
            storage.set_trial_intermediate_value(trial._trial_id, 5, 0.5)
