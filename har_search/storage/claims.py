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

from sqlalchemy import bindparam, exc, exists, func, literal, select

from har_search.storage.patient import PatientStorage
from har_search.storage.schema import TRIALS_OF_STUDIES, claims, is_finished, studies, trials

BEAT_SECONDS = 5.0
_ORPHANS = uuid.UUID("9c0b6f43-1f0e-4d3c-a0bd-cf0561006561")  # any of our own
LAST_BEAT_SECONDS = 1.0  # for a beat on its way to end, where the database answers

# Built once, since every trial of every worker runs these.
_OF_STUDY = studies.c.study_name == bindparam("study")
_LOCK_STUDY = select(studies.c.study_id).where(_OF_STUDY).with_for_update()
_FINISHED = select(func.count()).select_from(TRIALS_OF_STUDIES).where(_OF_STUDY, is_finished())
_OPEN = (
    select(func.count())
    .select_from(claims)
    .where(
        claims.c.study_name == bindparam("study"),
        ~exists()
        .select_from(TRIALS_OF_STUDIES)
        .where(_OF_STUDY, trials.c.number == claims.c.number, is_finished()),
    )
)
_THERE = exists().where(claims.c.claim == bindparam("claim"))
# The condition stands on a row, since not every database takes WHERE without FROM.
_PLACE = select(
    bindparam("claim", type_=claims.c.claim.type),
    studies.c.study_name,
    bindparam("worker", type_=claims.c.worker.type),
    literal(0),
).where(
    _OF_STUDY,
    ~_THERE,
    _FINISHED.scalar_subquery() + _OPEN.scalar_subquery() < bindparam("total"),
)
_CLAIM = (
    claims.insert()
    .from_select(["claim", "study_name", "worker", "beat"], _PLACE)
    .execution_options(preserve_rowcount=True)
)

_OWN = claims.c.claim == bindparam("own")
_ATTACH = claims.update().where(_OWN).values(number=bindparam("trial"))
_BEAT = claims.update().where(_OWN).values(beat=claims.c.beat + 1)
_TAKE_OVER = (
    claims.update()
    .where(_OWN, claims.c.beat == bindparam("seen"))
    .values(worker=bindparam("new_worker"), beat=claims.c.beat + 1)
)
_RELEASE = claims.delete().where(_OWN)
_HOLDER = select(claims.c.worker).where(_OWN)

_HELD = select(claims.c.claim, claims.c.worker, claims.c.number, claims.c.beat).where(
    claims.c.study_name == bindparam("study")
)
_CLAIMS = exists().where(claims.c.study_name == studies.c.study_name)
_UNCLAIMED = (
    select(trials.c.number, _CLAIMS.where(claims.c.number.is_(None)).label("may_start"))
    .select_from(TRIALS_OF_STUDIES)
    .where(
        _OF_STUDY,
        trials.c.state == "RUNNING",
        ~_CLAIMS.where(claims.c.number == trials.c.number),
    )
)


def finished_trials(storage: PatientStorage, study_name: str) -> int:
    """Count the study's finished trials."""
    return int(storage.fetch(_FINISHED, study=study_name)[0][0])


@dataclass(frozen=True)
class Claim:
    """A place in a study's budget that this worker holds."""

    storage: PatientStorage
    id: str

    def attach(self, number: int) -> bool:
        """Say which trial fills the place; False where the place was taken away meanwhile."""
        return self.storage.change(_ATTACH, own=self.id, trial=number) == 1

    def beat(self) -> bool:
        """Show that the worker lives; False where the place was taken away."""
        return self.storage.change(_BEAT, own=self.id) == 1

    def is_held_by(self, worker: str) -> bool:
        """Return whether the claim is there and this worker's."""
        return [row.worker for row in self.storage.fetch(_HOLDER, own=self.id)] == [worker]

    def release(self) -> None:
        """End the claim: its trial is finished or failed, or none was started."""
        self.storage.change(_RELEASE, own=self.id)

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
            thread.join(LAST_BEAT_SECONDS)


@dataclass(frozen=True)
class HeldClaim:
    """A claim as every worker sees it: who holds it, the trial that fills it, and its beats."""

    claim: Claim
    worker: str
    number: int | None
    beats: int

    def take_over(self, worker: str) -> bool:
        """Make it this worker's; False where it has beaten, or ended, since it was seen.

        True, too, where it is this worker's already: the answer to a first try was lost.
        """
        values = {"own": self.claim.id, "seen": self.beats, "new_worker": worker}
        taken = self.claim.storage.change(_TAKE_OVER, **values) == 1
        return taken or self.claim.is_held_by(worker)


def held_claims(storage: PatientStorage, study_name: str) -> list[HeldClaim]:
    """Return the study's claims."""
    rows = storage.fetch(_HELD, study=study_name)
    return [HeldClaim(Claim(storage, row.claim), row.worker, row.number, row.beat) for row in rows]


def unclaimed_trials(storage: PatientStorage, study_name: str) -> dict[int, bool]:
    """Return the study's running trials without a claim, by number, and whether each is an orphan.

    A worker has a claim before it starts a trial. While any claim has no trial yet, an unclaimed
    one may be its; otherwise its worker is no more, or does not know of it.
    """
    rows = storage.fetch(_UNCLAIMED, study=study_name)
    return {row.number: not row.may_start for row in rows}


def claim_orphan(
    storage: PatientStorage, study_name: str, number: int, worker: str
) -> Claim | None:
    """Claim a running trial that has no claim; None where another worker has just done so.

    The claim's name follows from the trial, so that there is one at most.
    """
    name = str(uuid.uuid5(_ORPHANS, f"{study_name}/{number}"))
    row = {"claim": name, "study_name": study_name, "worker": worker, "number": number, "beat": 0}
    claim = Claim(storage, name)
    try:
        storage.change(claims.insert(), **row)
    except exc.IntegrityError:  # another's, or ours where the answer to a first try was lost
        return claim if claim.is_held_by(worker) else None
    return claim


def claim_place(storage: PatientStorage, study_name: str, total: int, worker: str) -> Claim | None:
    """Claim a place in the budget of `total` finished trials; None where none is free now."""
    claim = str(uuid.uuid4())
    values = {"claim": claim, "study": study_name, "worker": worker, "total": total}

    def insert() -> bool:
        with storage.engine.begin() as connection:
            if connection.dialect.name != "sqlite":  # SQLite has one writer at a time anyway
                connection.execute(_LOCK_STUDY, values)
            if connection.execute(_CLAIM, values).rowcount == 1:
                return True
            # Where the answer to a first try was lost, its claim is there.
            return bool(connection.execute(select(_THERE), values).scalar_one())

    return Claim(storage, claim) if storage.patiently(insert) else None
