"""How many trials a study has in each state, when they ended, and why some failed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy
from sqlalchemy import case, func, select

from har_search.storage import attributes
from har_search.storage.schema import (
    TRIALS_OF_STUDIES,
    is_finished,
    studies,
    trials,
    with_attribute,
)


@dataclass(frozen=True)
class TrialCounts:
    """How many of a study's trials have finished (complete or pruned), run, and have failed."""

    finished: int = 0
    running: int = 0
    failed: int = 0


def trial_counts(connection: sqlalchemy.Connection) -> dict[int, TrialCounts]:
    """Return the counts of every study that has trials, by the study's id."""
    state = trials.c.state
    # A group for each state, too, would take half as long again.
    conditions = {
        "finished": is_finished(),
        "running": state == "RUNNING",
        "failed": state == "FAIL",
    }
    counts = [func.sum(case((each, 1), else_=0)).label(name) for name, each in conditions.items()]
    query = select(trials.c.study_id, *counts).group_by(trials.c.study_id)
    return {
        row.study_id: TrialCounts(row.finished, row.running, row.failed)
        for row in connection.execute(query)
    }


def latest_ends(connection: sqlalchemy.Connection, study_id: int, count: int) -> list[datetime]:
    """Return when the study's last `count` finished trials ended, the latest trial first."""
    query = (
        select(trials.c.datetime_complete)
        .where(trials.c.study_id == study_id, is_finished())
        .order_by(trials.c.trial_id.desc())
        .limit(count)
    )
    return [row.datetime_complete for row in connection.execute(query)]


def time_span(
    connection: sqlalchemy.Connection, study_id: int
) -> tuple[datetime | None, datetime | None]:
    """Return when the study's first trial began and its last one ended; None where none has."""
    query = select(func.min(trials.c.datetime_start), func.max(trials.c.datetime_complete)).where(
        trials.c.study_id == study_id
    )
    began, ended = connection.execute(query).one()
    return began, ended


def failures(connection: sqlalchemy.Connection, study: str) -> dict[str, int]:
    """Count the study's failed trials by their reason, the most frequent first."""
    source, reason = with_attribute(TRIALS_OF_STUDIES, attributes.FAILURE)
    count = func.count()
    query = (
        select(reason.label("reason"), count)
        .select_from(source)
        .where(studies.c.study_name == study, trials.c.state == "FAIL")
        .group_by(reason)
        .order_by(count.desc())
    )
    return {json.loads(text): number for text, number in connection.execute(query)}
