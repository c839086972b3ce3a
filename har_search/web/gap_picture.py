"""The page's picture of accuracy against gap, and where in it each trial is, to be pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from har_search.board import pictures
from har_search.board.colours import THEMES
from har_search.board.frame import frame
from har_search.board.status import Point, StudyStatus, points
from har_search.challenge.rules import HOMEWORK_TRACKS, Track
from har_search.challenge.words import percent
from har_search.web.shared import SharedAnswers

MOST = 300  # trials that can be pointed at, those that qualify and the most accurate first
Studies = tuple[tuple[str, int, tuple[Track, ...]], ...]  # name, finished trials, tracks
POINTS: SharedAnswers[list[Point]] = SharedAnswers(8)
PICTURES: SharedAnswers[bytes] = SharedAnswers(32)


@dataclass(frozen=True)
class Mark:
    """A trial in the picture: how far from the left and from the top of its axes, in percent."""

    study: str
    trial: int
    left: float
    top: float
    words: str


def picture(url: str, shown: Sequence[StudyStatus], theme: str, *, narrow: bool) -> bytes:
    """Return the picture of these studies' trials as SVG, drawn anew where another has finished.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    key = _studies(shown)
    return PICTURES.get((url, key, theme, narrow), lambda: _picture(url, key, theme, narrow=narrow))


def marks(url: str, shown: Sequence[StudyStatus]) -> tuple[Mark, ...]:
    """Return where in the picture the trials are, at most `MOST`.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    key = _studies(shown)
    found, tracks = _points(url, key), _tracks(key)
    edges = frame(found, tracks)
    inside = [each for each in found if edges.holds(100 * each.gap, 100 * each.test_accuracy)]

    def merit(point: Point) -> tuple[bool, float]:
        qualifies = any(track.qualifies(point.test_accuracy, point.gap) for track in tracks)
        return qualifies, point.test_accuracy

    across, up = edges.right - edges.left, edges.top - edges.bottom
    return tuple(
        Mark(
            each.study,
            each.trial,
            round(100 * (100 * each.gap - edges.left) / across, 2),
            round(100 * (edges.top - 100 * each.test_accuracy) / up, 2),
            f"trial {each.trial}{f' of {each.study}' if len(key) > 1 else ''}: "
            f"test {percent(each.test_accuracy)} %, gap {percent(each.gap)} pp",
        )
        # the best last: of two at one place it is the one on top
        for each in sorted(inside, key=merit)[-MOST:]
    )


def _studies(shown: Sequence[StudyStatus]) -> Studies:
    return tuple((study.name, study.done, study.tracks) for study in shown)


def _tracks(studies: Studies) -> tuple[Track, ...]:
    tracks = {track.name: track for _, _, own in studies for track in own}
    return tuple(tracks.values()) or HOMEWORK_TRACKS


def _points(url: str, studies: Studies) -> list[Point]:
    names = tuple(name for name, _, _ in studies)
    return POINTS.get((url, studies), lambda: points(url, names))


def _picture(url: str, studies: Studies, theme: str, *, narrow: bool) -> bytes:
    figure = pictures.draw_accuracy_against_gap(
        _points(url, studies), _tracks(studies), THEMES[theme], narrow=narrow
    )
    return pictures.svg(figure)
