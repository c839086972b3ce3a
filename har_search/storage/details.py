"""What a trial's own page shows beside its figures: the learning curve and the confusion matrix.

In a table of ours rather than in attributes, all of which optuna-dashboard would load at every
look. Needs neither torch nor Optuna to be read.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import sqlalchemy

from har_search.storage.database import open_for_reading
from har_search.storage.trials import trial_id

if TYPE_CHECKING:
    from har_search.storage.patient import PatientStorage
from har_search.challenge.figures import Curve, Details

DETAILS = sqlalchemy.Table(
    "har_search_details",
    sqlalchemy.MetaData(),
    sqlalchemy.Column("trial_id", sqlalchemy.Integer, primary_key=True, autoincrement=False),
    sqlalchemy.Column("curve", sqlalchemy.Text, nullable=False),
    sqlalchemy.Column("confusion", sqlalchemy.Text, nullable=False),
)


def create_table(storage: PatientStorage) -> None:
    """Make the table where there is none."""
    storage.patiently(lambda: DETAILS.create(storage.engine, checkfirst=True))


def save(storage: PatientStorage, study: str, number: int, details: Details) -> None:
    """Keep a trial's details, in place of any there."""
    curve = json.dumps(asdict(details.curve), separators=(",", ":"))
    confusion = json.dumps(details.confusion, separators=(",", ":"))

    def replace() -> None:
        with storage.engine.begin() as connection:
            own = trial_id(connection, study, number)
            # Optuna uses a trial's id again where its study was deleted.
            connection.execute(DETAILS.delete().where(DETAILS.c.trial_id == own))
            row = {"trial_id": own, "curve": curve, "confusion": confusion}
            connection.execute(DETAILS.insert(), row)

    storage.patiently(replace)


def read(url: str, study: str, number: int) -> Details | None:
    """Return a trial's details; None where it has none.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    query = sqlalchemy.text(
        "SELECT d.curve, d.confusion FROM har_search_details d "
        "JOIN trials t ON t.trial_id = d.trial_id JOIN studies s ON s.study_id = t.study_id "
        "WHERE s.study_name = :study AND t.number = :number"
    )
    with open_for_reading(url) as connection:
        if not sqlalchemy.inspect(connection).has_table(DETAILS.name):
            return None
        row = connection.execute(query, {"study": study, "number": number}).one_or_none()
    if row is None:
        return None
    return Details(Curve(**json.loads(row.curve)), json.loads(row.confusion))
