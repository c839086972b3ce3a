"""What a trial's own page shows beside its figures: the learning curve and the confusion matrix.

In a table of ours rather than in attributes, all of which optuna-dashboard would load at every
look. Needs neither torch nor Optuna to be read.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import sqlalchemy
from sqlalchemy import bindparam, select

from har_search.challenge.figures import Curve, Details
from har_search.storage.database import open_for_reading
from har_search.storage.schema import TRIALS_OF_STUDIES, details, is_trial, trials
from har_search.storage.trials import trial_id

if TYPE_CHECKING:
    from har_search.storage.patient import PatientStorage

_DELETE = details.delete().where(details.c.trial_id == bindparam("own"))
_INSERT = details.insert()


def save(storage: PatientStorage, study: str, number: int, found: Details) -> None:
    """Keep a trial's details, in place of any there."""
    curve = json.dumps(asdict(found.curve), separators=(",", ":"))
    confusion = json.dumps(found.confusion, separators=(",", ":"))

    def replace() -> None:
        with storage.engine.begin() as connection:
            own = trial_id(connection, study, number)
            # Optuna uses a trial's id again where its study was deleted.
            connection.execute(_DELETE, {"own": own})
            row = {"trial_id": own, "curve": curve, "confusion": confusion}
            connection.execute(_INSERT, row)

    storage.patiently(replace)


def read(url: str, study: str, number: int) -> Details | None:
    """Return a trial's details; None where it has none.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    query = (
        select(details.c.curve, details.c.confusion)
        .select_from(TRIALS_OF_STUDIES.join(details, details.c.trial_id == trials.c.trial_id))
        .where(is_trial(study, number))
    )
    with open_for_reading(url) as connection:
        if not sqlalchemy.inspect(connection).has_table(details.name):
            return None
        row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return Details(Curve(**json.loads(row.curve)), json.loads(row.confusion))
