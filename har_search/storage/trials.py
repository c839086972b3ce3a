"""One trial in the database: its id there, and what is recorded of it."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy
from sqlalchemy import bindparam, select

from har_search.storage.schema import (
    TRIALS_OF_STUDIES,
    is_trial,
    trial_system_attributes,
    trial_user_attributes,
    trials,
)

_OF_TRIAL = is_trial(bindparam("study"), bindparam("number"))
_ID = select(trials.c.trial_id).select_from(TRIALS_OF_STUDIES).where(_OF_TRIAL)


def trial_id(connection: sqlalchemy.Connection, study: str, number: int) -> int:
    """Return the database's own id of a trial that is there."""
    found: int = connection.execute(_ID, {"study": study, "number": number}).scalar_one()
    return found


def trial_state(connection: sqlalchemy.Connection, study: str, number: int) -> str:
    """Return the state of a trial that is there, as Optuna names it: COMPLETE, PRUNED or others."""
    query = select(trials.c.state).select_from(TRIALS_OF_STUDIES).where(is_trial(study, number))
    found: str = connection.execute(query).scalar_one()
    return found


def user_attributes(connection: sqlalchemy.Connection, study: str, number: int) -> dict[str, Any]:
    """Return what is recorded of a trial, by attribute."""
    attributes = trial_user_attributes
    source = TRIALS_OF_STUDIES.join(attributes, attributes.c.trial_id == trials.c.trial_id)
    query = select(attributes.c.key, attributes.c.value_json).select_from(source)
    rows = connection.execute(query.where(is_trial(study, number)))
    return {row.key: json.loads(row.value_json) for row in rows}


def trial_files(connection: sqlalchemy.Connection, study: str, number: int) -> dict[str, str]:
    """Return the keys that a trial's files have in the artifacts' folder, by the files' names."""
    attributes = trial_system_attributes
    source = TRIALS_OF_STUDIES.join(attributes, attributes.c.trial_id == trials.c.trial_id)
    query = select(attributes.c.value_json).select_from(source)
    of_file = attributes.c.key.startswith("artifacts:")
    rows = connection.execute(query.where(is_trial(study, number), of_file))
    # Optuna keeps a file's description as JSON within JSON.
    described = [json.loads(json.loads(row.value_json)) for row in rows]
    return {each["filename"]: each["artifact_id"] for each in described}
