"""Everything that a report says of a study, gathered from the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.figure import Figure

from har_search.board import pictures
from har_search.board.colours import BOTH
from har_search.board.confusion import ActivityFigures, per_activity
from har_search.board.diagnosis import Finding, diagnose, diagnose_study
from har_search.board.differences import differences
from har_search.board.evidence import Neighbour
from har_search.board.neighbours import neighbours
from har_search.board.standings import Selection, Standing, leaderboard
from har_search.board.status import Point
from har_search.board.trials import StudyTrials, study_trials
from har_search.data.dataset import SIMULATED
from har_search.networks import mlp
from har_search.networks.mlp import mlp_config
from har_search.report import drawings
from har_search.report.effects import Effect, effects
from har_search.report.importance import Importance, importances
from har_search.report.inline import inline, inline_both
from har_search.report.words import TrackSummary, in_short, words
from har_search.storage import details
from har_search.study.spec import StudySpec

TOP = 20  # entries in the table


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
    standing: Standing
    findings: Sequence[Finding]
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
    """A report's content."""

    study: StudyTrials
    tracks: Sequence[TrackSummary]
    students: Sequence[Student]
    against_gap: Markup
    standings: Sequence[Standing]
    confirmed: Sequence[Standing]
    winners: Sequence[Winner]
    importances: Sequence[Importance]
    effects: Sequence[EffectShown]
    short: Sequence[str]
    findings: Sequence[Finding]

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
        lost = [
            each.test_accuracy - each.confirmed.test_mean
            for each in self.confirmed
            if each.confirmed is not None
        ]
        return sum(lost) / len(lost) if lost else None


def gather(url: str, name: str) -> Report:
    """Read a study and draw its pictures.

    Raises:
        NotFoundError: no database there, or the study has no finished trial.
        StorageError: it cannot be read.
    """
    study = study_trials(url, name)
    board = leaderboard(url, Selection(study=name, top=TOP, simulated=True))
    confirmed = leaderboard(url, Selection(study=name, confirmed=True, simulated=True))
    spec, finished = study.spec, study.finished
    figures = list(zip(finished["test_accuracy"], finished["gap"], strict=True))
    qualify = {track.name: [track.qualifies(*pair) for pair in figures] for track in spec.tracks}
    points = [
        Point(*pair, start == "lesson")
        for pair, start in zip(figures, finished["start"], strict=True)
    ]

    def against_gap(narrow: bool) -> Figure:
        return pictures.draw_accuracy_against_gap(points, spec.tracks, BOTH, narrow=narrow)

    tracks = [
        TrackSummary(track, sum(qualify[track.name]), board.leaders.get(track.name))
        for track in spec.tracks
    ]
    found = effects(finished, spec)
    others = neighbours(url, name)
    return Report(
        study=study,
        tracks=tracks,
        students=_students(study, qualify),
        against_gap=inline_both(
            against_gap, "against-gap", "Every finished trial by train-test gap and test accuracy"
        ),
        standings=board.standings,
        confirmed=confirmed.standings,
        winners=_winners(url, board.leaders, board.standings[0], others),
        importances=importances(finished, spec),
        effects=[_shown(effect) for effect in found],
        short=in_short(study, tracks, found),
        findings=diagnose_study(*others),
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


def _winners(
    url: str,
    leaders: Mapping[str, Standing | None],
    best: Standing,
    others: tuple[StudySpec, list[Neighbour]],
) -> list[Winner]:
    """Return each track's leader and the best by score, each once."""
    merits: dict[int, list[str]] = {}
    won: dict[int, Standing] = {}
    for what, standing in [
        *((f"leader of track {track}", leader) for track, leader in leaders.items()),
        ("best score", best),
    ]:
        if standing is not None:
            won[standing.trial] = standing
            merits.setdefault(standing.trial, []).append(what)
    return [_winner(url, each, tuple(merits[trial]), others) for trial, each in won.items()]


def _winner(
    url: str,
    standing: Standing,
    merits: tuple[str, ...],
    others: tuple[StudySpec, list[Neighbour]],
) -> Winner:
    found = details.read(url, standing.study, standing.trial)
    curve = None
    if found is not None:
        name, seen, epoch = f"curve-{standing.trial}", found.curve, standing.epoch
        curve = inline_both(
            lambda narrow: pictures.draw_learning_curve(seen, epoch, BOTH, narrow=narrow),
            name,
            f"Learning curve of trial {standing.trial}",
        )
    return Winner(
        merits=merits,
        standing=standing,
        findings=[] if found is None else diagnose(standing, found.curve, *others),
        differences=differences(standing.params, standing.inputs),
        source=mlp.source(mlp_config(standing.params), standing.inputs),
        curve=curve,
        confusion=[] if found is None else found.confusion,
        activities=[] if found is None else per_activity(found.confusion),
    )


def _shown(effect: Effect) -> EffectShown:
    return EffectShown(
        effect.title,
        words(effect),
        inline(
            drawings.accuracy_by(effect, BOTH),
            f"accuracy-{effect.name}",
            f"Test accuracy by {effect.title}",
        ),
        inline(drawings.gap_by(effect, BOTH), f"gap-{effect.name}", f"Gap by {effect.title}"),
    )
