"""What the leaderboard's page shows, from the database, for one choice of filters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from har_search.board import pictures
from har_search.board.colours import THEMES
from har_search.board.columns import Column, shown_columns
from har_search.board.standings import Selection, Standing, leaderboard
from har_search.board.status import StudyStatus, overview, points
from har_search.challenge.rules import HOMEWORK_TRACKS, Track
from har_search.data.dataset import SIMULATED
from har_search.storage.ranking import SORTS
from har_search.web.shared import SharedAnswers

PAGE = 50  # entries
FRESH_SECONDS = 1.0  # however many people watch, the database is asked once in so long
CONTENTS: SharedAnswers[Contents] = SharedAnswers(64)
PICTURES: SharedAnswers[bytes] = SharedAnswers(16)


@dataclass(frozen=True)
class Choice:
    """What a visitor chose to see; empty means all."""

    study: str = ""
    student: str = ""
    track: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> Choice:
        """Read a request's arguments; what makes no sense is left out."""
        page, sort = arguments.get("page", ""), arguments.get("sort", "")
        return cls(
            arguments.get("study", ""),
            arguments.get("student", ""),
            arguments.get("track", ""),
            sort if sort in SORTS else "",
            int(page) if page.isdecimal() and 0 < len(page) < 7 and int(page) else 1,
        )

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """Return the arguments of a link to this choice with changes; a change starts at page 1."""
        changed = replace(self, **{"page": 1, **changes})
        return {name: value for name, value in vars(changed).items() if value not in ("", 1)}


@dataclass(frozen=True)
class Contents:
    """The page's content; `standings` are those of one page, `ranked` counts those of all."""

    choice: Choice
    studies: tuple[StudyStatus, ...]
    shown: tuple[StudyStatus, ...]
    students: tuple[str, ...]
    tracks: tuple[Track, ...]
    leaders: Mapping[str, Standing | None]
    standings: tuple[Standing, ...]
    ranked: int
    finished: int

    @property
    def pages(self) -> int:
        """How many pages the entries fill."""
        return max(math.ceil(self.ranked / PAGE), 1)

    @property
    def columns(self) -> list[Column]:
        """The columns of the table of entries."""
        several = {"study": len(self.shown) > 1, "inputs": len(self.inputs) > 1}
        return shown_columns(self.standings, keep=[key for key, kept in several.items() if kept])

    @property
    def inputs(self) -> list[str]:
        """How the inputs of the entries on this page are standardised, each way once."""
        shown = [*self.standings, *filter(None, self.leaders.values())]
        return sorted({each.inputs for each in shown})

    @property
    def simulated(self) -> bool:
        """Whether these are figures on simulated data."""
        return any(study.dataset == SIMULATED for study in self.shown)


class UnknownStudyError(Exception):
    """No study of that name is in the database, or not any more."""


def contents(url: str, choice: Choice) -> Contents:
    """Return the page's content, at most `FRESH_SECONDS` old, or as old as computing it took.

    Raises:
        UnknownStudyError: the chosen study is not there.
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    return CONTENTS.get((url, choice), lambda: _contents(url, choice), FRESH_SECONDS)


def _contents(url: str, choice: Choice) -> Contents:
    seen = overview(url)
    shown = shown_studies(seen.studies, choice.study)
    selection = Selection(
        study=choice.study or None,
        track=choice.track or None,
        student=choice.student or None,
        sort=choice.sort or None,
        top=PAGE,
        skip=(choice.page - 1) * PAGE,
        simulated=bool(shown) and shown[0].dataset == SIMULATED,
    )
    found = leaderboard(url, selection)
    tracks = {track.name: track for study in shown for track in study.tracks}
    return Contents(
        choice=choice,
        studies=seen.studies,
        shown=shown,
        students=seen.students,
        tracks=tuple(tracks.values()) or HOMEWORK_TRACKS,
        leaders=found.leaders,
        standings=found.standings,
        ranked=found.ranked,
        finished=found.finished,
    )


def shown_studies(studies: tuple[StudyStatus, ...], chosen: str) -> tuple[StudyStatus, ...]:
    """Return the chosen study, or all on real data, or all where there are none such.

    Raises:
        UnknownStudyError: the chosen study is not there.
    """
    if chosen:
        found = tuple(study for study in studies if study.name == chosen)
        if not found:
            raise UnknownStudyError(chosen)
        return found
    return tuple(study for study in studies if study.dataset != SIMULATED) or studies


def gap_picture(url: str, chosen: str, theme: str) -> bytes:
    """Return the picture of accuracy against gap as SVG.

    Raises:
        UnknownStudyError: the chosen study is not there.
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    shown = shown_studies(overview(url).studies, chosen)
    done = tuple((study.name, study.done, study.tracks) for study in shown)
    # drawn anew only where another trial has finished
    return PICTURES.get((url, done, theme), lambda: _gap_picture(url, done, theme))


def _gap_picture(
    url: str, done: tuple[tuple[str, int, tuple[Track, ...]], ...], theme: str
) -> bytes:
    tracks = {track.name: track for _, _, own in done for track in own}
    found = points(url, tuple(name for name, _, _ in done))
    figure = pictures.draw_accuracy_against_gap(
        found, tuple(tracks.values()) or HOMEWORK_TRACKS, THEMES[theme]
    )
    return pictures.svg(figure)
