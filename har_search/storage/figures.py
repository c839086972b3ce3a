"""The figures of many finished trials at once, without any ranking."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy
from sqlalchemy import Double, FromClause, cast, select

from har_search.storage import attributes
from har_search.storage.schema import (
    TRIALS_OF_STUDIES,
    is_finished,
    studies,
    trial_params,
    trial_user_attributes,
    trial_values,
    trials,
    with_attribute,
)


def accuracies_and_gaps(connection: sqlalchemy.Connection, names: Collection[str]) -> Sequence[Any]:
    """Return the finished trials of the studies named.

    A row has `test_accuracy` and `gap`, both fractions, `start`, the start's name as JSON or None
    where the sampler chose, and the trial's `study_name` and `number`.
    """
    source, test = with_attribute(TRIALS_OF_STUDIES, "test_accuracy")
    source, gap = with_attribute(source, "gap")
    source, start = with_attribute(source, attributes.START, outer=True)
    query = (
        select(
            cast(test, Double).label("test_accuracy"),
            cast(gap, Double).label("gap"),
            start.label("start"),
            studies.c.study_name,
            trials.c.number,
        )
        .select_from(source)
        .where(studies.c.study_name.in_(names), is_finished())
    )
    return connection.execute(query).all()


def finished_figures(connection: sqlalchemy.Connection, study: str) -> Sequence[Any]:
    """Return a study's finished trials, as mappings in the order of their numbers.

    The keys are `trial_id`, `number`, `pruned`, `score`, `test_accuracy` and `gap`, fractions, and
    `start` and `student`, as JSON or None.
    """
    source: FromClause = TRIALS_OF_STUDIES.join(
        trial_values,
        (trial_values.c.trial_id == trials.c.trial_id) & (trial_values.c.objective == 0),
    )
    source, test = with_attribute(source, "test_accuracy")
    source, gap = with_attribute(source, "gap")
    source, student = with_attribute(source, "student", outer=True)
    source, start = with_attribute(source, attributes.START, outer=True)
    query = (
        select(
            trials.c.trial_id,
            trials.c.number,
            (trials.c.state == "PRUNED").label("pruned"),
            trial_values.c.value.label("score"),
            start.label("start"),
            student.label("student"),
            cast(test, Double).label("test_accuracy"),
            cast(gap, Double).label("gap"),
        )
        .select_from(source)
        .where(studies.c.study_name == study, is_finished())
        .order_by(trials.c.number)
    )
    return connection.execute(query).mappings().all()


def sampled_values(
    connection: sqlalchemy.Connection, study: str
) -> Sequence[tuple[int, str, float]]:
    """Return what a study's finished trials sampled: a trial's id, a name, and Optuna's number.

    Optuna's number of a choice is its index.
    """
    query = (
        select(trial_params.c.trial_id, trial_params.c.param_name, trial_params.c.param_value)
        .select_from(
            TRIALS_OF_STUDIES.join(trial_params, trial_params.c.trial_id == trials.c.trial_id)
        )
        .where(studies.c.study_name == study, is_finished())
    )
    return [tuple(row) for row in connection.execute(query)]


def students(connection: sqlalchemy.Connection) -> list[str]:
    """Return the students who have entries, by name as it is stored."""
    table = trial_user_attributes
    query = select(table.c.value_json).where(table.c.key == "student").distinct()
    return sorted(json.loads(row.value_json) for row in connection.execute(query))
