"""What fresh seeds made of entries, kept in a table of ours.

Needs neither torch nor Optuna to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy

from har_search.storage.trials import trial_id

if TYPE_CHECKING:
    from har_search.storage.patient import PatientStorage
from har_search.challenge.confirmed import Confirmation, Confirmed

CONFIRMATIONS = sqlalchemy.Table(
    "har_search_confirmations",
    sqlalchemy.MetaData(),
    sqlalchemy.Column("trial_id", sqlalchemy.Integer, primary_key=True, autoincrement=False),
    sqlalchemy.Column("position", sqlalchemy.Integer, primary_key=True, autoincrement=False),
    sqlalchemy.Column("planned", sqlalchemy.Integer, nullable=False),
    sqlalchemy.Column("trial_seed", sqlalchemy.BigInteger, nullable=False),
    sqlalchemy.Column("seed", sqlalchemy.BigInteger, nullable=False),
    sqlalchemy.Column("test_accuracy", sqlalchemy.Double, nullable=False),
    sqlalchemy.Column("train_accuracy", sqlalchemy.Double, nullable=False),
)


def create_table(storage: PatientStorage) -> None:
    """Make the table where there is none."""
    storage.patiently(lambda: CONFIRMATIONS.create(storage.engine, checkfirst=True))


def save(
    storage: PatientStorage,
    study: str,
    number: int,
    trial_seed: int,
    planned: int,
    found: Iterable[Confirmation],
) -> None:
    """Keep seeds' figures, in place of any of the same positions."""
    rows = [
        {
            "position": each.position,
            "planned": planned,
            "trial_seed": trial_seed,
            "seed": each.seed,
            "test_accuracy": each.test_accuracy,
            "train_accuracy": each.train_accuracy,
        }
        for each in found
    ]

    def replace() -> None:
        with storage.engine.begin() as connection:
            table, trial = CONFIRMATIONS, trial_id(connection, study, number)
            own = table.c.trial_id == trial
            # Optuna uses a trial's id again where its study was deleted; its seed tells.
            connection.execute(table.delete().where(own, table.c.trial_seed != trial_seed))
            positions = [row["position"] for row in rows]
            connection.execute(table.delete().where(own, table.c.position.in_(positions)))
            if rows:
                connection.execute(table.insert(), [{**row, "trial_id": trial} for row in rows])
            connection.execute(table.update().where(own).values(planned=planned))

    storage.patiently(replace)


def read(
    connection: sqlalchemy.Connection, study: str, trial_seeds: Mapping[int, int]
) -> dict[int, Confirmed]:
    """Return what is known of a study's trials whose numbers and seeds are given, by number."""
    if not trial_seeds or not sqlalchemy.inspect(connection).has_table(CONFIRMATIONS.name):
        return {}
    query = sqlalchemy.text(_OF_TRIALS).bindparams(sqlalchemy.bindparam("numbers", expanding=True))
    found: dict[int, list[Any]] = {}
    for row in connection.execute(query, {"study": study, "numbers": list(trial_seeds)}):
        if row.trial_seed == trial_seeds[row.number]:
            found.setdefault(row.number, []).append(row)
    return {
        number: Confirmed(
            rows[0].planned,
            tuple(
                Confirmation(row.position, row.seed, row.test_accuracy, row.train_accuracy)
                for row in rows
            ),
        )
        for number, rows in found.items()
    }


_OF_TRIALS = (
    "SELECT t.number, c.position, c.planned, c.trial_seed, c.seed, c.test_accuracy, "
    "c.train_accuracy FROM har_search_confirmations c "
    "JOIN trials t ON t.trial_id = c.trial_id JOIN studies s ON s.study_id = t.study_id "
    "WHERE s.study_name = :study AND t.number IN :numbers ORDER BY t.number, c.position"
)
