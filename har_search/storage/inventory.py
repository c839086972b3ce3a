"""What a database holds: each study's trials, best score, students, times and size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy
from sqlalchemy import func, select

from har_search.storage.artifacts import files_of_study
from har_search.storage.counts import time_span
from har_search.storage.database import has_studies_table, open_for_reading
from har_search.storage.schema import (
    OF_STUDIES,
    OF_TRIALS,
    is_finished,
    trial_user_attributes,
    trial_values,
    trials,
)
from har_search.storage.studies import StoredStudy, stored_studies


@dataclass(frozen=True)
class StudySummary:
    """One study: how many trials in all and finished, and what they brought.

    `best_score` is a fraction, None where no trial has finished. `begun` and `last` are when its
    first trial began and its last one ended, in UTC without a zone, None where none has. `size` is
    about how many bytes its texts in the database and its files have.
    """

    name: str
    dataset: str
    trials: int
    finished: int
    best_score: float | None
    students: int
    begun: datetime | None
    last: datetime | None
    size: int


def inventory(url: str, folder: Path | None) -> list[StudySummary]:
    """Summarise the studies that this package made, by name; `folder` is the artifacts', if any.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
        StudyFileError: a study's stored spec is not understood.
    """
    with open_for_reading(url) as connection:
        if not has_studies_table(connection):
            return []
        return [_summary(connection, study, folder) for study in stored_studies(connection)]


def _summary(
    connection: sqlalchemy.Connection, study: StoredStudy, folder: Path | None
) -> StudySummary:
    own = trials.c.study_id == study.id
    best = select(func.max(trial_values.c.value)).join_from(
        trials, trial_values, trial_values.c.trial_id == trials.c.trial_id
    )
    attribute = trial_user_attributes.c
    students = select(func.count(attribute.value_json.distinct())).join_from(
        trials, trial_user_attributes, attribute.trial_id == trials.c.trial_id
    )
    count = select(func.count()).select_from(trials).where(own)
    begun, last = time_span(connection, study.id)
    return StudySummary(
        name=study.name,
        dataset=study.dataset,
        trials=connection.execute(count).scalar_one(),
        finished=connection.execute(count.where(is_finished())).scalar_one(),
        best_score=connection.execute(best.where(own, is_finished())).scalar_one(),
        students=connection.execute(
            students.where(own, is_finished(), attribute.key == "student")
        ).scalar_one(),
        begun=begun,
        last=last,
        size=sum(_sizes(connection, study.id)) + _size_of_files(connection, study.id, folder),
    )


def _sizes(connection: sqlalchemy.Connection, study_id: int) -> Iterator[int]:
    """Yield how long a study's texts are, table by table."""
    there = set(sqlalchemy.inspect(connection).get_table_names())
    for table in (*OF_STUDIES, *OF_TRIALS):
        texts = [each for each in table.columns if isinstance(each.type, sqlalchemy.Text)]
        if not texts or table.name not in there:
            continue
        length = sum(
            (func.coalesce(func.sum(func.length(each)), 0) for each in texts[1:]),
            func.coalesce(func.sum(func.length(texts[0])), 0),
        )
        query = select(length).select_from(table)
        if table in OF_TRIALS:
            query = query.join(trials, trials.c.trial_id == table.c.trial_id)
            query = query.where(trials.c.study_id == study_id)
        else:
            query = query.where(table.c.study_id == study_id)
        yield int(connection.execute(query).scalar_one())


def _size_of_files(connection: sqlalchemy.Connection, study_id: int, folder: Path | None) -> int:
    if folder is None:
        return 0
    paths = [folder / key for key in files_of_study(connection, study_id)]
    return sum(path.stat().st_size for path in paths if path.is_file())
