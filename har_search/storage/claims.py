"""The table of claims: a place in a study's budget for each trial that runs.

A place is taken by a finished trial (complete or pruned) or by a claim whose trial is not finished.
`claim_place` adds one only while fewer than the total are taken, in one transaction, so a study
never has more. A claim ends with its trial; a worker shows by its beats that it lives.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from sqlalchemy import exc

from har_search.storage.patient import PatientStorage

BEAT_SECONDS = 5.0

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
