"""Version 0.1.0 and this one on one database at the same time, in one study.

No test can count on an installed 0.1.0, so `Earlier` does in SQL what its workers did: the
statements are 0.1.0's own. By hand, both versions searched one study at once, as
`docs/promises.md` says.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import optuna
import pytest
import sqlalchemy
from optuna.storages import RDBStorage

from har_search.machine import is_dead_here, this_worker
from har_search.search import budget
from har_search.search.budget import DEAD_SECONDS, Sweeper
from har_search.storage.database import open_for_writing
from tests.acceptance.conftest import Running, assert_nothing_lost, trials_of

Start = Callable[..., Running]
DUMP = Path(__file__).parents[1] / "earlier" / "version-0.1.0.sql"

LOCK_STUDY = "SELECT study_id FROM studies WHERE study_name = :name FOR UPDATE"
FINISHED = (
    "(SELECT COUNT(*) FROM trials t JOIN studies s ON s.study_id = t.study_id "
    "WHERE s.study_name = :name AND t.state IN ('COMPLETE', 'PRUNED'))"
)
OPEN = (
    "(SELECT COUNT(*) FROM har_search_claims c WHERE c.study_name = :name AND NOT EXISTS ("
    "SELECT 1 FROM trials t JOIN studies s ON s.study_id = t.study_id "
    "WHERE s.study_name = :name AND t.number = c.number AND t.state IN ('COMPLETE', 'PRUNED')))"
)
CLAIM = (
    "INSERT INTO har_search_claims (claim, study_name, worker, number, beat) "
    "SELECT CAST(:claim AS VARCHAR(36)), s.study_name, CAST(:worker AS VARCHAR(200)), NULL, 0 "
    f"FROM studies s WHERE s.study_name = :name AND {FINISHED} + {OPEN} < :total"
)
ATTACH = "UPDATE har_search_claims SET number = :number WHERE claim = :claim"
BEAT = "UPDATE har_search_claims SET beat = beat + 1 WHERE claim = :claim"
RELEASE = "DELETE FROM har_search_claims WHERE claim = :claim"


def earlier_name(process: int) -> str:
    """Return a worker's name as 0.1.0 wrote it: no machine, and the start in seconds."""
    namespaces = Path("/proc/self/ns/pid")
    namespace = namespaces.stat().st_ino if namespaces.exists() else 0
    return f"{socket.gethostname()}/{namespace}/{process}/1764000000.00"


class Earlier:
    """A worker of 0.1.0: claims a place, runs a trial with Optuna, beats, gives the place back."""

    def __init__(self, url: str) -> None:
        self.storage = RDBStorage(url)
        self.engine = self.storage.engine
        self.study = optuna.load_study(study_name="short", storage=self.storage)
        self.claim = ""

    def change(self, statement: str, **values: object) -> int:
        values |= {"claim": self.claim, "name": "short"}
        with self.engine.begin() as connection:
            return connection.execute(sqlalchemy.text(statement), values).rowcount

    def claims(self, total: int) -> bool:
        """Claim a place; return whether one was free."""
        self.claim = str(uuid.uuid4())
        values = {"claim": self.claim, "name": "short", "total": total}
        with self.engine.begin() as connection:
            if connection.dialect.name != "sqlite":
                connection.execute(sqlalchemy.text(LOCK_STUDY), values)
            values["worker"] = earlier_name(os.getpid())
            return connection.execute(sqlalchemy.text(CLAIM), values).rowcount == 1

    def begins(self) -> optuna.Trial:
        """Begin a trial in the claimed place."""
        trial = self.study.ask()
        assert self.change(ATTACH, number=trial.number) == 1
        trial.suggest_int("width", 8, 32)
        trial.suggest_float("dropout", 0.0, 0.5)
        trial.suggest_float("learning_rate", 0.001, 0.01, log=True)
        return trial

    def finished(self) -> int:
        with self.engine.connect() as connection:
            query = sqlalchemy.text(f"SELECT {FINISHED}")
            return int(connection.execute(query, {"name": "short"}).scalar_one())

    def works(self, total: int) -> list[int]:
        """Do trials until the study has its finished ones; return their numbers."""
        done = []
        pause = threading.Event()
        while self.finished() < total:
            if self.claims(total):
                trial = self.begins()
                pause.wait(0.1)
                assert self.change(BEAT) == 1
                self.study.tell(trial, 0.5)
                self.change(RELEASE)
                done.append(trial.number)
            else:
                pause.wait(0.1)
        return done


@contextmanager
def earlier_worker(url: str) -> Iterator[Earlier]:
    worker = Earlier(url)
    yield worker
    worker.storage.remove_session()
    worker.engine.dispose()


def test_both_search_one_study_at_once(start: Start, url: str) -> None:
    search = start(url, "--trials", 40, "--workers", 2, epochs=5)
    search.until_finished(1)
    with earlier_worker(url) as earlier:
        theirs = earlier.works(40)
    assert search.wait() == 0, search.output
    assert "The study has its 40 trials." in search.output
    assert 0 < len(theirs) < 40
    assert_nothing_lost(url, 40)


def test_each_takes_the_other_for_dead_by_its_beats_alone(
    start: Start, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert start(sqlite_url, command="init").wait() == 0
    assert not is_dead_here(earlier_name(1))  # the same host, and the start of another process
    host, namespace, *_ = this_worker().rsplit("/", 3)
    assert len(this_worker()) <= 200  # the column's
    assert [host, namespace] != earlier_name(1).rsplit("/", 3)[:2]  # what 0.1.0 compares
    now = [1000.0]
    monkeypatch.setattr(budget.time, "monotonic", lambda: now[0])
    with earlier_worker(sqlite_url) as earlier, open_for_writing(sqlite_url) as storage:
        assert earlier.claims(5)
        trial = earlier.begins()
        sweeper = Sweeper(storage, optuna.load_study(study_name="short", storage=storage))
        for _ in range(12):
            assert sweeper.sweep() == 0
            now[0] += 5
            earlier.change(BEAT)
        swept = 0
        for _ in range(int(DEAD_SECONDS / 5) + 2):
            swept += sweeper.sweep()
            now[0] += 5
        assert swept == 1
        assert earlier.change(BEAT) == 0  # so 0.1.0 hears that its place was taken
    failed, again = trials_of(sqlite_url)[trial.number], trials_of(sqlite_url)[-1]
    assert (failed.state.name, again.state.name) == ("FAIL", "WAITING")
    assert again.system_attrs["fixed_params"].items() >= failed.params.items()


def test_a_trial_has_the_names_under_which_the_earlier_version_reads(searched: str) -> None:
    """0.1.0 shows the versions as they are, be they text as its own or a table as ours."""
    earlier = sqlite3.connect(":memory:")
    earlier.executescript(DUMP.read_text())
    rows = earlier.execute("SELECT key, value_json FROM trial_user_attributes WHERE trial_id = 1")
    names = {key: type(json.loads(value)) for key, value in rows if not key.startswith("track_")}
    earlier.close()
    del names["versions"]
    with open_for_writing(searched) as storage:
        trial = optuna.load_study(study_name="quick", storage=storage).trials[0]
    assert len(names) > 10
    assert {key: type(trial.user_attrs.get(key)) for key in names} == names
