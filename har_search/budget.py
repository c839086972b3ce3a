"""The budget: a study ends with exactly N finished trials, over all workers and machines.

A worker claims a place before it starts a trial, in a table of ours. A place is taken by a finished
trial (complete or pruned) or by a claim whose trial is not finished; `claim` adds one only while
fewer than N are taken, in one transaction, so N is never exceeded. A claim ends with its trial. A
dead worker's is found by its heartbeat, which stops; its trial is marked failed and its parameters
are queued again.
"""

from __future__ import annotations

import math
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import optuna
import psutil
import sqlalchemy
from optuna.trial import TrialState
from sqlalchemy import exc

from har_search import attributes
from har_search.patient_storage import PatientStorage

BEAT_SECONDS = 5.0
DEAD_SECONDS = 30.0  # without a beat
LONGEST_LOOK_SECONDS = 10.0  # between two looks at the beats, else the database was away
START_TOLERANCE_SECONDS = 5.0  # a corrected clock moves the start of a process, too
MOST_RETRIES = 2  # of parameters on which workers died

CLAIMS = sqlalchemy.Table(
    "har_search_claims",
    sqlalchemy.MetaData(),
    sqlalchemy.Column("claim", sqlalchemy.String(36), primary_key=True),
    sqlalchemy.Column("study_name", sqlalchemy.String(512), nullable=False, index=True),
    sqlalchemy.Column("worker", sqlalchemy.String(200), nullable=False),
    sqlalchemy.Column("number", sqlalchemy.Integer),  # of the trial, once there is one
    sqlalchemy.Column("beat", sqlalchemy.Integer, nullable=False),
)

_LOCK_STUDY = "SELECT study_id FROM studies WHERE study_name = :name FOR UPDATE"
_FINISHED = (
    "(SELECT COUNT(*) FROM trials t JOIN studies s ON s.study_id = t.study_id "
    "WHERE s.study_name = :name AND t.state IN ('COMPLETE', 'PRUNED'))"
)
_OPEN = (
    "(SELECT COUNT(*) FROM har_search_claims c WHERE c.study_name = :name AND NOT EXISTS ("
    "SELECT 1 FROM trials t JOIN studies s ON s.study_id = t.study_id "
    "WHERE s.study_name = :name AND t.number = c.number AND t.state IN ('COMPLETE', 'PRUNED')))"
)
_CLAIM = (
    "INSERT INTO har_search_claims (claim, study_name, worker, number, beat) "
    # The condition stands on a row, since not every database takes WHERE without FROM.
    "SELECT CAST(:claim AS VARCHAR(36)), s.study_name, CAST(:worker AS VARCHAR(200)), NULL, 0 "
    "FROM studies s "
    f"WHERE s.study_name = :name AND {_FINISHED} + {_OPEN} < :total"
)


def this_worker() -> str:
    """Name this process among all machines': host, process namespace, process, its start."""
    try:
        namespace = os.stat("/proc/self/ns/pid").st_ino  # containers may share a host's name
    except OSError:
        namespace = 0
    process = psutil.Process()
    return f"{socket.gethostname()}/{namespace}/{process.pid}/{process.create_time():.2f}"


def is_dead_here(worker: str) -> bool:
    """Return whether a worker ran on this machine and is no more; False where it cannot be told."""
    host, namespace, number, started = worker.rsplit("/", 3)
    if this_worker().rsplit("/", 3)[:2] != [host, namespace]:
        return False
    try:
        process = psutil.Process(int(number))
        another = abs(process.create_time() - float(started)) > START_TOLERANCE_SECONDS
        return another or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False


def create_table(storage: PatientStorage) -> None:
    """Make the table of claims where there is none."""
    storage.patiently(lambda: CLAIMS.create(storage.engine, checkfirst=True))


def finished_trials(storage: PatientStorage, study_name: str) -> int:
    """Count the study's finished trials."""
    return int(storage.fetch(f"SELECT {_FINISHED}", name=study_name)[0][0])


@dataclass(frozen=True)
class Claim:
    """A place in a study's budget that this worker holds."""

    storage: PatientStorage
    claim: str

    def attach(self, number: int) -> bool:
        """Say which trial fills the place; False where the place was taken away meanwhile."""
        return self._update("number = :number", number=number)

    def beat(self) -> bool:
        """Show that the worker lives; False where the place was taken away."""
        return self._update("beat = beat + 1")

    def release(self) -> None:
        """End the claim: its trial is finished or failed, or none was started."""
        self.storage.change("DELETE FROM har_search_claims WHERE claim = :claim", claim=self.claim)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Beat in a thread while the block runs."""
        done = threading.Event()

        def keep_beating() -> None:
            while not done.wait(BEAT_SECONDS):
                with suppress(exc.SQLAlchemyError):  # away for too long; the worker will say so
                    self.beat()

        thread = threading.Thread(target=keep_beating, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()

    def _update(self, change: str, **values: Any) -> bool:
        statement = f"UPDATE har_search_claims SET {change} WHERE claim = :claim"
        return self.storage.change(statement, claim=self.claim, **values) == 1


def claim_place(storage: PatientStorage, study_name: str, total: int, worker: str) -> Claim | None:
    """Claim a place in the budget of `total` finished trials; None where none is free now."""
    claim = str(uuid.uuid4())
    values = {"claim": claim, "name": study_name, "worker": worker, "total": total}

    def insert() -> bool:
        with storage.engine.begin() as connection:
            if connection.dialect.name != "sqlite":  # SQLite has one writer at a time anyway
                connection.execute(sqlalchemy.text(_LOCK_STUDY), values)
            return connection.execute(sqlalchemy.text(_CLAIM), values).rowcount == 1

    return Claim(storage, claim) if storage.patiently(insert) else None


def put_back(storage: PatientStorage, study: optuna.Study, number: int, reason: str) -> bool:
    """Mark a running trial failed and queue its parameters again; False where it has finished.

    The parameters are queued first: a crash in between tries them twice rather than never.
    """
    trial = next(each for each in study.get_trials(deepcopy=False) if each.number == number)
    if trial.state.is_finished():
        return False
    queued: Mapping[str, Any] = trial.system_attrs.get("fixed_params", {})
    parameters = {**queued, **trial.params}
    kept: dict[str, Any] = {}
    if attributes.START in trial.user_attrs:
        kept[attributes.START] = trial.user_attrs[attributes.START]
    retries = trial.user_attrs.get(attributes.RETRIES, 0) + (reason == attributes.WORKER_DIED)
    if retries:
        kept[attributes.RETRIES] = retries
    if retries <= MOST_RETRIES and (parameters or attributes.START in kept):
        study.enqueue_trial(parameters, user_attrs=kept)
    storage.set_trial_user_attrs(study.study_name, number, {attributes.FAILURE: reason})
    study.tell(number, state=TrialState.FAIL, skip_if_finished=True)
    return True


class Sweeper:
    """Finds the trials of dead workers and puts them back.

    A worker is dead where its process is known to be, or where its beat has not changed for
    `DEAD_SECONDS` under the sweeper's own eyes: no clocks are compared, and time in which the
    database was away does not count.
    """

    def __init__(self, storage: PatientStorage, study: optuna.Study) -> None:
        self.storage, self.study = storage, study
        self.seen: dict[str, tuple[int, float]] = {}  # beat, and since when it has not changed
        self.looked = -math.inf

    def sweep(self) -> int:
        """Put back what dead workers held, and return how many trials or places that were."""
        now = time.monotonic()
        if now - self.looked > LONGEST_LOOK_SECONDS:
            self.seen.clear()
        self.looked = now
        name = self.study.study_name
        claims = self.storage.fetch(_CLAIMS_OF_STUDY, name=name)
        orphans = [row.number for row in self.storage.fetch(_ORPHANS, name=name)]
        beats = {row.claim: row.beat for row in claims} | {f"trial {each}": 0 for each in orphans}
        self.seen = {
            key: self.seen[key] if key in self.seen and self.seen[key][0] == beat else (beat, now)
            for key, beat in beats.items()
        }

        def silent(key: str) -> bool:
            return now - self.seen[key][1] >= DEAD_SECONDS

        swept = 0
        for row in claims:
            if (is_dead_here(row.worker) or silent(row.claim)) and self._take_over(row):
                if row.number is not None:
                    self._put_back(row.number)
                Claim(self.storage, row.claim).release()
                swept += 1
        for number in orphans:
            swept += silent(f"trial {number}") and self._put_back(number)
        return swept

    def _put_back(self, number: int) -> bool:
        return put_back(self.storage, self.study, number, attributes.WORKER_DIED)

    def _take_over(self, row: Any) -> bool:
        """Make a dead worker's claim ours, so that no other sweeper handles it, too."""
        statement = (
            "UPDATE har_search_claims SET worker = :worker, beat = beat + 1 "
            "WHERE claim = :claim AND beat = :beat"
        )
        values = {"worker": this_worker(), "claim": row.claim, "beat": row.beat}
        return self.storage.change(statement, **values) == 1


_CLAIMS_OF_STUDY = (
    "SELECT claim, worker, number, beat FROM har_search_claims WHERE study_name = :name"
)
# Running without a claim: the worker died between starting the trial and saying so.
_ORPHANS = (
    "SELECT t.number FROM trials t JOIN studies s ON s.study_id = t.study_id "
    "WHERE s.study_name = :name AND t.state = 'RUNNING' AND NOT EXISTS ("
    "SELECT 1 FROM har_search_claims c WHERE c.study_name = :name AND c.number = t.number)"
)
