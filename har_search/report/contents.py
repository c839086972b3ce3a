"""Everything that a report says of a study, gathered from the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from har_search.board import pictures
from har_search.board.confusion import ActivityFigures, per_activity
from har_search.board.entry import differences
from har_search.board.standings import Selection, leaderboard, rows_of
from har_search.board.status import Point
from har_search.board.trials import StudyTrials, study_trials
from har_search.data.dataset import SIMULATED
from har_search.networks import mlp
from har_search.networks.mlp import mlp_config
from har_search.report import drawings
from har_search.report.effects import Effect, effects
from har_search.report.importance import Importance, importances
from har_search.report.inline import THEME, inline
from har_search.report.words import TrackSummary, in_short, words
from har_search.storage import details

TOP = 20  # entries in the table

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Student:
    """A student's share in a study: finished trials, those that qualify by track, best score."""

    name: str
    finished: int
    qualify: tuple[int, ...]
    best_score: float


@dataclass(frozen=True)
class Winner:
    """An entry shown in full: what it won, its standing, its network, its curve and confusions."""

    merits: tuple[str, ...]
    row: Row
    differences: Sequence[str]
    source: str
    curve: Markup | None
    confusion: Sequence[Sequence[int]]
    activities: Sequence[ActivityFigures]


@dataclass(frozen=True, eq=False)
class EffectShown:
    """A hyperparameter's effect in words and two pictures."""

    title: str
    words: Sequence[str]
    accuracy: Markup
    gap: Markup


@dataclass(frozen=True, eq=False)
class Report:
    """A report's content; standings as `leaderboard.rows_of` gives them."""

    study: StudyTrials
    tracks: Sequence[TrackSummary]
    students: Sequence[Student]
    against_gap: Markup
    rows: Sequence[Row]
    confirmed: Sequence[Row]
    winners: Sequence[Winner]
    importances: Sequence[Importance]
    effects: Sequence[EffectShown]
    short: Sequence[str]

    @property
    def simulated(self) -> bool:
        """Whether these are figures on simulated data."""
        return self.study.dataset == SIMULATED

    @property
    def finished(self) -> int:
        """How many trials finished, pruned ones included."""
        return len(self.study.finished)

    @property
    def sampled(self) -> int:
        """How many of them have values that the sampler chose: all but the study's starts."""
        return int(self.study.finished["start"].isna().sum())

    @property
    def lost_by_confirming(self) -> float | None:
        """How much lower confirmed test accuracies are than selected ones, their mean."""
        if not self.confirmed:
            return None
        lost = [row["test_accuracy"] - row["confirmed"]["test_mean"] for row in self.confirmed]
        return float(sum(lost) / len(lost))


def gather(url: str, name: str) -> Report:
    """Read a study and draw its pictures.

    Raises:
        NotFoundError: no database there, or the study has no finished trial.
        StorageError: it cannot be read.
    """
    study = study_trials(url, name)
    board = leaderboard(url, Selection(study=name, top=TOP, simulated=True))
    confirmed = leaderboard(url, Selection(study=name, confirmed=True, simulated=True))
    rows = rows_of(board)
    spec, finished = study.spec, study.finished
    figures = list(zip(finished["test_accuracy"], finished["gap"], strict=True))
    qualify = {track.name: [track.qualifies(*pair) for pair in figures] for track in spec.tracks}
    points = [
        Point(*pair, start == "lesson")
        for pair, start in zip(figures, finished["start"], strict=True)
    ]
    against_gap = pictures.accuracy_against_gap(points, spec.tracks, THEME)
    tracks = [
        TrackSummary(track, sum(qualify[track.name]), board.leaders.get(track.name))
        for track in spec.tracks
    ]
    found = effects(finished, spec)
    return Report(
        study=study,
        tracks=tracks,
        students=_students(study, qualify),
        against_gap=inline(
            against_gap, "against-gap", "Every finished trial by train-test gap and test accuracy"
        ),
        rows=rows,
        confirmed=rows_of(confirmed),
        winners=_winners(url, board.leaders, rows[0]),
        importances=importances(finished, spec),
        effects=[_shown(effect) for effect in found],
        short=in_short(study, tracks, found),
    )


def _students(study: StudyTrials, qualify: Mapping[str, list[bool]]) -> list[Student]:
    """Return who took part, the best first."""
    frame = study.finished.assign(student=study.finished["student"].fillna("unknown"))
    tracks = [f"qualifies {name}" for name in qualify]
    frame[tracks] = list(zip(*qualify.values(), strict=True)) if qualify else None
    students = [
        Student(
            str(name),
            len(own),
            tuple(int(own[track].sum()) for track in tracks),
            float(own["score"].max()),
        )
        for name, own in frame.groupby("student")
    ]
    return sorted(students, key=lambda student: (-student.best_score, student.name))


def _winners(url: str, leaders: Mapping[str, dict[str, Any] | None], best: Row) -> list[Winner]:
    """Return each track's leader and the best by score, each once."""
    merits: dict[int, list[str]] = {}
    won: dict[int, Row] = {}
    for what, row in [
        *((f"leader of track {track}", row) for track, row in leaders.items()),
        ("best score", best),
    ]:
        if row is not None:
            won[row["trial"]] = row
            merits.setdefault(row["trial"], []).append(what)
    return [_winner(url, row, tuple(merits[trial])) for trial, row in won.items()]


def _winner(url: str, row: Row, merits: tuple[str, ...]) -> Winner:
    found = details.read(url, row["study"], row["trial"])
    curve = None
    if found is not None:
        figure = pictures.learning_curve(found.curve, row["epoch"], THEME)
        name = f"curve-{row['trial']}"
        curve = inline(figure, name, f"Learning curve of trial {row['trial']}")
    return Winner(
        merits=merits,
        row=row,
        differences=differences(row["params"], row["standardize"]),
        source=mlp.source(mlp_config(row["params"]), row["standardize"]),
        curve=curve,
        confusion=[] if found is None else found.confusion,
        activities=[] if found is None else per_activity(found.confusion),
    )


def _shown(effect: Effect) -> EffectShown:
    return EffectShown(
        effect.title,
        words(effect),
        inline(
            drawings.accuracy_by(effect, THEME),
            f"accuracy-{effect.name}",
            f"Test accuracy by {effect.title}",
        ),
        inline(drawings.gap_by(effect, THEME), f"gap-{effect.name}", f"Gap by {effect.title}"),
    )
