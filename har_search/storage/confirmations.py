"""What fresh seeds made of entries, kept in a table of ours.

Needs neither torch nor Optuna to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy
from sqlalchemy import select

from har_search.challenge.confirmed import Confirmation, Confirmed
from har_search.storage.schema import TRIALS_OF_STUDIES, confirmations, studies, trials
from har_search.storage.trials import trial_id

if TYPE_CHECKING:
    from har_search.storage.patient import PatientStorage


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
            table, trial = confirmations, trial_id(connection, study, number)
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
    if not trial_seeds or not sqlalchemy.inspect(connection).has_table(confirmations.name):
        return {}
    of_trial = confirmations.c.trial_id == trials.c.trial_id
    query = (
        select(trials.c.number, confirmations)
        .select_from(TRIALS_OF_STUDIES.join(confirmations, of_trial))
        .where(studies.c.study_name == study, trials.c.number.in_(trial_seeds))
        .order_by(trials.c.number, confirmations.c.position)
    )
    found: dict[int, list[Any]] = {}
    for row in connection.execute(query):
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
