"""A database's file that is deleted, moved or replaced while it is open for writing."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
import sqlalchemy

from har_search.errors import StorageError
from har_search.storage.claims import finished_trials
from har_search.storage.database import open_for_writing
from har_search.storage.file_identity import GONE, watch_file
from har_search.storage.patient import PatientStorage
from har_search.study.spec import StudySpec
from tests.conftest import Entry


def delete(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    shutil.copy(path, path.with_suffix(".copy"))
    path.with_suffix(".copy").replace(path)


def move(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))


def count(storage: PatientStorage, _study: optuna.Study, _trial: optuna.Trial) -> None:
    finished_trials(storage, "quick")


def tell(_storage: PatientStorage, study: optuna.Study, trial: optuna.Trial) -> None:
    study.tell(trial, 0.5)


def fail(_storage: PatientStorage, _study: optuna.Study, _trial: optuna.Trial) -> None:
    raise ValueError("what else may come of it")


@pytest.mark.parametrize("lose", [delete, replace, move])
@pytest.mark.parametrize("use", [count, tell, fail])
def test_a_file_that_is_lost_is_noticed_by_the_next_transaction(
    lose: Callable[[Path], None],
    use: Callable[..., None],
    sqlite_url: str,
    quick: StudySpec,
    fill: Callable[..., None],
    tmp_path: Path,
) -> None:
    fill(sqlite_url, quick, [Entry(0.9)])
    path = tmp_path / "har-search.db"

    def lose_and_use(storage: PatientStorage) -> None:
        study = optuna.load_study(storage=storage, study_name="quick")
        trial = study.ask()
        lose(path)
        use(storage, study, trial)

    with (
        pytest.raises(
            StorageError, match=r"har-search\.db: the database's file was deleted, moved"
        ),
        open_for_writing(sqlite_url) as storage,
    ):
        lose_and_use(storage)
    if lose is replace:
        with open_for_writing(sqlite_url) as storage:  # what took its place is as it was
            assert finished_trials(storage, "quick") == 1
    else:
        assert not path.exists()


def test_who_knows_that_it_was_there_makes_no_file(sqlite_url: str, tmp_path: Path) -> None:
    with (
        pytest.raises(StorageError, match="deleted, moved or replaced"),
        open_for_writing(sqlite_url, patient_start=True),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_neither_old_connections_nor_new_ones_are_used(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    sqlite3.connect(path).close()
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    is_there = watch_file(engine, path)
    engine.connect().close()  # one for the pool
    assert is_there()
    path.unlink()
    assert not is_there()
    for _ in range(2):  # the pool's, and one made anew
        with pytest.raises(sqlalchemy.exc.OperationalError, match=GONE):
            engine.connect()
    assert not path.exists()
    engine.dispose()
