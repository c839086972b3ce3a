"""What is known of entries on people held out, kept in a table of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy

from har_search.challenge.held_out import HeldOut, HeldOutPeople
from har_search.storage.patient import PatientStorage
from har_search.storage.trials import trial_id

BY_SUBJECT = sqlalchemy.Table(
    "har_search_by_subject",
    sqlalchemy.MetaData(),
    sqlalchemy.Column("trial_id", sqlalchemy.Integer, primary_key=True, autoincrement=False),
    sqlalchemy.Column("subject", sqlalchemy.Integer, primary_key=True, autoincrement=False),
    sqlalchemy.Column("trial_seed", sqlalchemy.BigInteger, nullable=False),
    sqlalchemy.Column("windows", sqlalchemy.Integer, nullable=False),
    sqlalchemy.Column("correct", sqlalchemy.Integer, nullable=False),
)


def create_table(storage: PatientStorage) -> None:
    """Make the table where there is none."""
    storage.patiently(lambda: BY_SUBJECT.create(storage.engine, checkfirst=True))


def save(
    storage: PatientStorage, study: str, number: int, trial_seed: int, people: Sequence[HeldOut]
) -> None:
    """Keep people's figures, in place of any of the same people."""
    table = BY_SUBJECT

    def replace() -> None:
        with storage.engine.begin() as connection:
            trial = trial_id(connection, study, number)
            own = table.c.trial_id == trial
            # Optuna uses a trial's id again where its study was deleted; its seed tells.
            connection.execute(table.delete().where(own, table.c.trial_seed != trial_seed))
            again = table.c.subject.in_([each.subject for each in people])
            connection.execute(table.delete().where(own, again))
            shared = {"trial_id": trial, "trial_seed": trial_seed}
            connection.execute(table.insert(), [{**shared, **asdict(each)} for each in people])

    storage.patiently(replace)


def read(storage: PatientStorage, study: str, number: int, trial_seed: int) -> HeldOutPeople:
    """Return what is known of a trial."""
    values = {"study": study, "number": number, "seed": trial_seed}
    rows = storage.fetch(_OF_TRIAL, **values)
    return HeldOutPeople(tuple(HeldOut(row.subject, row.windows, row.correct) for row in rows))


_OF_TRIAL = (
    "SELECT b.subject, b.windows, b.correct FROM har_search_by_subject b "
    "JOIN trials t ON t.trial_id = b.trial_id JOIN studies s ON s.study_id = t.study_id "
    "WHERE s.study_name = :study AND t.number = :number AND b.trial_seed = :seed "
    "ORDER BY b.subject"
)
