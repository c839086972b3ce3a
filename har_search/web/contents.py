"""What the leaderboard's page shows, from the database, for one choice of filters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from har_search.board import formats
from har_search.board.columns import Column, shown_columns
from har_search.board.diagnosis import Finding, diagnose
from har_search.board.evidence import Neighbour
from har_search.board.neighbours import neighbours
from har_search.board.standings import Leaderboard, Selection, Standing, leaderboard
from har_search.board.status import StudyStatus, overview
from har_search.challenge.figures import Details
from har_search.challenge.rules import HOMEWORK_TRACKS, Track
from har_search.data.dataset import SIMULATED
from har_search.study.spec import StudySpec
from har_search.web import gap_picture
from har_search.web.choice import PAGE, Choice, NotThereError
from har_search.web.gap_picture import Mark
from har_search.web.shared import SharedAnswers

FRESH_SECONDS = 1.0  # however many people watch, the database is asked once in so long
CONTENTS: SharedAnswers[Contents] = SharedAnswers(64)
CSV: SharedAnswers[str] = SharedAnswers(4)
NEIGHBOURS_SECONDS = 30.0  # a thousand trials' curves take 0.1 s to read, for each entry's page
NEIGHBOURS: SharedAnswers[tuple[StudySpec, list[Neighbour]]] = SharedAnswers(4)


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
    marks: tuple[Mark, ...]
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


def contents(url: str, choice: Choice) -> Contents:
    """Return the page's content, at most `FRESH_SECONDS` old, or as old as computing it took.

    Raises:
        ChoiceError: no study shown has the chosen track.
        NotThereError: the chosen study or page is not there.
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    return CONTENTS.get((url, choice), lambda: _contents(url, choice), FRESH_SECONDS)


def _contents(url: str, choice: Choice) -> Contents:
    seen = overview(url)
    shown = shown_studies(seen.studies, choice.study)
    tracks = shown_tracks(shown)
    choice.check_track(tracks)
    found = _ranked(url, choice.selection(simulated=_simulated(shown)))
    made = Contents(
        choice=choice,
        studies=seen.studies,
        shown=shown,
        students=seen.students,
        tracks=tracks,
        leaders=found.leaders,
        standings=found.standings,
        marks=gap_picture.marks(url, shown),
        ranked=found.ranked,
        finished=found.finished,
    )
    choice.check_page(made.pages)
    return made


def _ranked(url: str, selection: Selection) -> Leaderboard:
    """Rank; leaders and numbers are there also beyond the last page and with none confirmed."""
    found = leaderboard(url, selection)
    if selection.skip and not found.standings:
        found = replace(leaderboard(url, replace(selection, top=1, skip=0)), standings=())
    if found.finished or not selection.confirmed:
        return found
    all_trials = leaderboard(url, replace(selection, confirmed=False, top=1, skip=0))
    return replace(all_trials, standings=(), ranked=0)


def csv(url: str, choice: Choice) -> str:
    """Return the entries of every page of a choice as CSV, as `leaderboard --format csv` does.

    Raises:
        ChoiceError: no study shown has the chosen track.
        NotThereError: the chosen study is not there.
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    choice = replace(choice, page=1)
    return CSV.get((url, choice), lambda: _csv(url, choice), FRESH_SECONDS)


def _csv(url: str, choice: Choice) -> str:
    shown = shown_studies(overview(url).studies, choice.study)
    choice.check_track(shown_tracks(shown))
    selection = choice.selection(simulated=_simulated(shown), paged=False)
    return formats.to_csv(leaderboard(url, selection)) + "\n"


def shown_studies(studies: tuple[StudyStatus, ...], chosen: str) -> tuple[StudyStatus, ...]:
    """Return the chosen study, or all on real data, or all where there are none such.

    Raises:
        NotThereError: the chosen study is not there.
    """
    if chosen:
        found = tuple(study for study in studies if study.name == chosen)
        if not found:
            raise NotThereError(f"There is no study '{chosen}' here, or not any more.")
        return found
    return tuple(study for study in studies if study.dataset != SIMULATED) or studies


def entry_findings(url: str, standing: Standing, details: Details | None) -> list[Finding]:
    """Return what stands out in an entry; nothing where its curve is not kept.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    if details is None:
        return []
    spec, others = NEIGHBOURS.get(
        (url, standing.study), lambda: neighbours(url, standing.study), NEIGHBOURS_SECONDS
    )
    return diagnose(standing, details.curve, spec, others)


def shown_tracks(shown: tuple[StudyStatus, ...]) -> tuple[Track, ...]:
    """Return the tracks of these studies, each name once."""
    tracks = {track.name: track for study in shown for track in study.tracks}
    return tuple(tracks.values()) or HOMEWORK_TRACKS


def _simulated(shown: tuple[StudyStatus, ...]) -> bool:
    return bool(shown) and shown[0].dataset == SIMULATED
