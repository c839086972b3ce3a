"""Every table that is read or written: Optuna's, as far as they are, and ours.

Optuna makes its own tables (a test holds these against them); `create_tables` makes ours.
Statements over them are composed in the other modules of this package and nowhere else.
"""

from __future__ import annotations

import sqlalchemy
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    DateTime,
    Double,
    Enum,
    FromClause,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

OPTUNAS, OURS = MetaData(), MetaData()


def _attributes(name: str, owner: str) -> Table:
    """Return a table of attributes: a key and its value as JSON, of a trial or of a study."""
    return Table(
        name,
        OPTUNAS,
        Column(owner, Integer),
        Column("key", String(512)),
        Column("value_json", Text),
    )


studies = Table(
    "studies",
    OPTUNAS,
    Column("study_id", Integer, primary_key=True),
    Column("study_name", String(512), nullable=False),
)
study_directions = Table(
    "study_directions",
    OPTUNAS,
    Column("study_id", Integer, nullable=False),
    Column(
        "direction",
        Enum("NOT_SET", "MINIMIZE", "MAXIMIZE", name="studydirection"),
        nullable=False,
    ),
    Column("objective", Integer, nullable=False),
)
trials = Table(
    "trials",
    OPTUNAS,
    Column("trial_id", Integer, primary_key=True),
    Column("number", Integer),
    Column("study_id", Integer),
    Column(
        "state",
        Enum("RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING", name="trialstate"),
        nullable=False,
    ),
    Column("datetime_start", DateTime),
    Column("datetime_complete", DateTime),
)
trial_values = Table(
    "trial_values",
    OPTUNAS,
    Column("trial_id", Integer, nullable=False),
    Column("objective", Integer, nullable=False),
    Column("value", Double),
    Column(
        "value_type",
        Enum("FINITE", "INF_POS", "INF_NEG", name="trialvaluetype"),
        nullable=False,
    ),
)
trial_heartbeats = Table(
    "trial_heartbeats",
    OPTUNAS,
    Column("trial_id", Integer, nullable=False),
    Column("heartbeat", DateTime, nullable=False),
)
trial_params = Table(
    "trial_params",
    OPTUNAS,
    Column("trial_id", Integer),
    Column("param_name", String(512)),
    Column("param_value", Double),
    Column("distribution_json", Text),
)
trial_intermediate_values = Table(
    "trial_intermediate_values",
    OPTUNAS,
    Column("trial_id", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("intermediate_value", Double),
    Column(
        "intermediate_value_type",
        Enum("FINITE", "INF_POS", "INF_NEG", "NAN", name="trialintermediatevaluetype"),
        nullable=False,
    ),
)
study_user_attributes = _attributes("study_user_attributes", "study_id")
study_system_attributes = _attributes("study_system_attributes", "study_id")
trial_user_attributes = _attributes("trial_user_attributes", "trial_id")
trial_system_attributes = _attributes("trial_system_attributes", "trial_id")

claims = Table(
    "har_search_claims",
    OURS,
    Column("claim", String(36), primary_key=True),
    Column("study_name", String(512), nullable=False, index=True),
    Column("worker", String(200), nullable=False),
    Column("number", Integer),  # of the trial, once there is one
    Column("beat", Integer, nullable=False),
)
details = Table(
    "har_search_details",
    OURS,
    Column("trial_id", Integer, primary_key=True, autoincrement=False),
    Column("curve", Text, nullable=False),
    Column("confusion", Text, nullable=False),
)
# A trial's seed is kept, too: Optuna uses a trial's id again where its study was deleted.
confirmations = Table(
    "har_search_confirmations",
    OURS,
    Column("trial_id", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("planned", Integer, nullable=False),
    Column("trial_seed", BigInteger, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("test_accuracy", Double, nullable=False),
    Column("train_accuracy", Double, nullable=False),
)
held_out = Table(
    "har_search_by_subject",
    OURS,
    Column("trial_id", Integer, primary_key=True, autoincrement=False),
    Column("subject", Integer, primary_key=True, autoincrement=False),
    Column("trial_seed", BigInteger, nullable=False),
    Column("windows", Integer, nullable=False),
    Column("correct", Integer, nullable=False),
)

OF_STUDIES = (study_directions, study_user_attributes, study_system_attributes)
OF_TRIALS = (
    trial_params,
    trial_values,
    trial_intermediate_values,
    trial_user_attributes,
    trial_system_attributes,
    details,
    confirmations,
    held_out,
)

FINISHED = ("COMPLETE", "PRUNED")
TRIALS_OF_STUDIES: FromClause = trials.join(studies, studies.c.study_id == trials.c.study_id)


def is_finished() -> ColumnElement[bool]:
    """Return the condition that a trial counts: complete or pruned."""
    return trials.c.state.in_(FINISHED)


def is_trial(
    study: str | BindParameter[str], number: int | BindParameter[int]
) -> ColumnElement[bool]:
    """Return the condition, over `TRIALS_OF_STUDIES`, that it is this trial of this study."""
    return (studies.c.study_name == study) & (trials.c.number == number)


def with_attribute(
    source: FromClause, key: str, *, outer: bool = False
) -> tuple[FromClause, ColumnElement[str]]:
    """Join one of a trial's own attributes to a source that has `trials`.

    Returns the joined source and the attribute's value, as JSON.
    """
    own = trial_user_attributes.alias(key)
    of_trial = (own.c.trial_id == trials.c.trial_id) & (own.c.key == key)
    return source.join(own, of_trial, isouter=outer), own.c.value_json


def create_tables(engine: sqlalchemy.Engine) -> None:
    """Make our tables where there are none."""
    OURS.create_all(engine)
