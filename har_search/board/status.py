"""How far each study's search is, and its trials as points, from the database alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy

from har_search.challenge.rules import Track
from har_search.storage.database import has_studies_table, open_for_reading
from har_search.storage.studies import stored_studies

RECENT = 30  # finished trials, from which the pace is taken


@dataclass(frozen=True)
class StudyStatus:
    """One study's search.

    `total` is what the last search asked for, if one is known; `per_minute` the pace of the latest
    finished trials, None where none runs; `seconds_left` follows from both. `tracks` are its own.
    """

    name: str
    dataset: str
    done: int
    total: int | None
    running: int
    per_minute: float | None
    tracks: tuple[Track, ...]

    @property
    def seconds_left(self) -> float | None:
        """How long the search will take from here on, at this pace."""
        if not self.per_minute or self.total is None or self.done >= self.total:
            return None
        return 60 * (self.total - self.done) / self.per_minute


@dataclass(frozen=True)
class Overview:
    """The studies that this package made, by name, and the students who have entries."""

    studies: tuple[StudyStatus, ...]
    students: tuple[str, ...]


_COUNTS = """
SELECT study_id, SUM(CASE WHEN state IN ('COMPLETE', 'PRUNED') THEN 1 ELSE 0 END) AS done,
       SUM(CASE WHEN state = 'RUNNING' THEN 1 ELSE 0 END) AS running
FROM trials GROUP BY study_id
"""
_LATEST = """
SELECT datetime_complete FROM trials
WHERE study_id = :study_id AND state IN ('COMPLETE', 'PRUNED')
ORDER BY trial_id DESC LIMIT :recent
"""
_STUDENTS = "SELECT DISTINCT value_json FROM trial_user_attributes WHERE key = 'student'"


def overview(url: str) -> Overview:
    """Look at every study in the database at `url`.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    with open_for_reading(url) as connection:
        if not has_studies_table(connection):
            return Overview((), ())
        counts = {row.study_id: row for row in connection.execute(sqlalchemy.text(_COUNTS))}
        studies = []
        for study in stored_studies(connection):
            count = counts.get(study.id)
            running = int(count.running) if count else 0
            studies.append(
                StudyStatus(
                    study.name,
                    study.dataset,
                    int(count.done) if count else 0,
                    study.total,
                    running,
                    _pace(connection, study.id) if running else None,
                    study.spec.tracks,
                )
            )
        students = connection.execute(sqlalchemy.text(_STUDENTS)).scalars()
        return Overview(tuple(studies), tuple(sorted(map(json.loads, students))))


def _pace(connection: sqlalchemy.Connection, study_id: int) -> float | None:
    """Return the latest finished trials a minute, by the times at which they ended."""
    values = {"study_id": study_id, "recent": RECENT}
    ends = [
        each if isinstance(each, datetime) else datetime.fromisoformat(each)
        for each in connection.execute(sqlalchemy.text(_LATEST), values).scalars()
    ]
    seconds = (max(ends) - min(ends)).total_seconds() if ends else 0.0
    return 60 * (len(ends) - 1) / seconds if seconds else None


@dataclass(frozen=True)
class Point:
    """A finished trial's figures, as fractions, and whether it is the lesson's network."""

    test_accuracy: float
    gap: float
    lesson: bool = False


_POINTS = """
SELECT CAST(test.value_json AS DOUBLE PRECISION) AS test_accuracy,
       CAST(gap.value_json AS DOUBLE PRECISION) AS gap,
       CASE WHEN start.value_json = '"lesson"' THEN 1 ELSE 0 END AS lesson
FROM trials t JOIN studies s ON s.study_id = t.study_id
JOIN trial_user_attributes test ON test.trial_id = t.trial_id AND test.key = 'test_accuracy'
JOIN trial_user_attributes gap ON gap.trial_id = t.trial_id AND gap.key = 'gap'
LEFT JOIN trial_user_attributes start ON start.trial_id = t.trial_id AND start.key = 'start'
WHERE s.study_name IN :studies AND t.state IN ('COMPLETE', 'PRUNED')
"""


def points(url: str, studies: tuple[str, ...]) -> list[Point]:
    """Return the finished trials of these studies.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    query = sqlalchemy.text(_POINTS).bindparams(sqlalchemy.bindparam("studies", expanding=True))
    with open_for_reading(url) as connection:
        if not has_studies_table(connection):
            return []
        rows = connection.execute(query, {"studies": list(studies)})
        return [Point(row.test_accuracy, row.gap, bool(row.lesson)) for row in rows]
