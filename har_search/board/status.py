"""How far each study's search is, and its trials as points, from the database alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from har_search.challenge.rules import Track
from har_search.challenge.words import visible
from har_search.storage.counts import TrialCounts, latest_ends, trial_counts
from har_search.storage.database import has_studies_table, open_for_reading
from har_search.storage.figures import accuracies_and_gaps, students
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


def overview(url: str) -> Overview:
    """Look at every study in the database at `url`.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    with open_for_reading(url) as connection:
        stored = stored_studies(connection)
        if not stored:
            return Overview((), ())
        counts, found = trial_counts(connection), []
        for study in stored:
            own = counts.get(study.id, TrialCounts())
            ends = latest_ends(connection, study.id, RECENT) if own.running else []
            found.append(
                StudyStatus(
                    study.name,
                    study.dataset,
                    own.finished,
                    study.total,
                    own.running,
                    _pace(ends),
                    study.spec.tracks,
                )
            )
        names = sorted({visible(str(each)) for each in students(connection)})
        return Overview(tuple(found), tuple(names))


def _pace(ends: Sequence[datetime]) -> float | None:
    """Return trials a minute, by the times at which they ended."""
    seconds = (max(ends) - min(ends)).total_seconds() if ends else 0.0
    return 60 * (len(ends) - 1) / seconds if seconds else None


@dataclass(frozen=True)
class Point:
    """A finished trial's figures, as fractions, and whether it is the lesson's network."""

    test_accuracy: float
    gap: float
    lesson: bool = False


def points(url: str, studies: tuple[str, ...]) -> list[Point]:
    """Return the finished trials of these studies.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    lesson = json.dumps("lesson")
    with open_for_reading(url) as connection:
        if not has_studies_table(connection):
            return []
        rows = accuracies_and_gaps(connection, studies)
        return [
            Point(float(row.test_accuracy), float(row.gap), row.start == lesson) for row in rows
        ]
