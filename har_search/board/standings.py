"""The standings: finished trials in their places, as plain values.

Needs neither torch nor Optuna.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from har_search.challenge.confirmed import ConfirmedSummary
from har_search.challenge.rules import track_key
from har_search.challenge.words import visible
from har_search.errors import NotFoundError
from har_search.storage.database import decoding, open_for_reading
from har_search.storage.ranking import RankedTrial, Selection, rank
from har_search.storage.studies import stored_studies
from har_search.study.spec import LESSON, Range, StudySpec, Value

__all__ = [
    "Leaderboard",
    "Selection",
    "Standing",
    "find_trial",
    "leaderboard",
    "study_names",
    "track_names",
]


@dataclass(frozen=True)
class Standing:
    """One finished trial on the leaderboard; accuracies, gap and score are fractions.

    `rank` is None for a track's leader that is not listed. Where `replicas` are several, the
    figures are means over so many seeds, and those of `first_…` are of the network that is kept.
    `student` is the name as `challenge.words.visible` shows it.
    `params` holds the value of each hyperparameter, fixed ones included. `inputs` is one of
    `challenge.inputs.INPUTS`. `confirmed` is what fresh seeds made of it, None where nobody tried.
    `pruned` says whether it was ended early, and `spec` is its study's: its tracks, its epochs.
    """

    rank: int | None
    study: str
    trial: int
    student: str
    test_accuracy: float
    train_accuracy: float
    gap: float
    score: float
    replicas: int
    test_accuracy_sd: float | None
    first_test_accuracy: float | None
    first_train_accuracy: float | None
    tracks: tuple[str, ...]
    params: Mapping[str, Value]
    epoch: int
    epochs: int
    parameters: int
    seed: int
    seconds: float
    dataset: str
    inputs: str
    confirmed: ConfirmedSummary | None
    pruned: bool
    spec: StudySpec = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """Return it as an object for JSON, with the keys `JSON_KEYS`."""
        values = {name: getattr(self, name) for name in _IN_JSON}
        values |= {"tracks": list(self.tracks), "params": dict(self.params)}
        values["confirmed"] = None if self.confirmed is None else self.confirmed.as_json()
        return dict(zip(JSON_KEYS, values.values(), strict=True))


_IN_JSON = [each.name for each in fields(Standing) if each.name not in ("pruned", "spec")]
# What JSON and CSV call a standing's fields, in their order.
JSON_KEYS = tuple({"inputs": "standardize"}.get(name, name) for name in _IN_JSON)


@dataclass(frozen=True)
class Leaderboard:
    """Ranked standings, the best first, and each track's leader.

    A track is led by the entry that holds there with the best mean over fresh seeds; where none
    holds, by the best figure that a trial had with its own seed. `leaders` names every track of the
    studies shown: None where there is no such entry. `finished` counts the trials that the
    standings were selected from, `ranked` those that could be listed.
    """

    standings: tuple[Standing, ...]
    leaders: Mapping[str, Standing | None]
    finished: int
    ranked: int


def leaderboard(url: str, selection: Selection | None = None) -> Leaderboard:
    """Rank the finished trials in the database at `url`.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
        StudyFileError: a study's stored spec is not understood.
    """
    ranking = rank(url, selection or Selection())
    with decoding(url):
        standings = [_standing(trial) for trial in ranking.trials]
    leaders: dict[str, Standing | None] = {
        track.name: None for study in ranking.studies for track in study.spec.tracks
    }
    for trial, standing in zip(ranking.trials, standings, strict=True):
        leaders |= {name: standing for name in leaders if track_key(name) in trial.leads}
    return Leaderboard(
        tuple(each for each in standings if each.rank is not None),
        leaders,
        ranking.finished,
        ranking.ranked,
    )


def study_names(url: str) -> list[str]:
    """List the studies in the database that this package made, by name.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
        StudyFileError: a study's stored spec is not understood.
    """
    with open_for_reading(url) as connection:
        return [study.name for study in stored_studies(connection)]


def track_names(url: str, study: str | None = None) -> list[str]:
    """List the tracks of a study, or of all of them, by name.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
        StudyFileError: a study's stored spec is not understood.
    """
    with open_for_reading(url) as connection:
        studies = stored_studies(connection, study)
    return list(dict.fromkeys(track.name for each in studies for track in each.spec.tracks))


def find_trial(url: str, trial: int, study: str | None = None) -> Standing:
    """Return the standing of one finished trial.

    Raises:
        NotFoundError: no such database, study or finished trial, or several studies have one.
        StorageError: the database cannot be read.
    """
    names = study_names(url)
    if study is not None and study not in names:
        raise NotFoundError(f"no study '{study}'; there is {', '.join(names) or 'none yet'}")
    found = leaderboard(url, Selection(study=study, trial=trial, simulated=True)).standings
    if not found:
        place = f"study '{study}'" if study else "any study"
        raise NotFoundError(
            f"no finished trial {trial} in {place}; `har-search leaderboard` lists them"
        )
    if len(found) > 1:
        studies = ", ".join(each.study for each in found)
        raise NotFoundError(f"trial {trial} is in several studies ({studies}); add --study NAME")
    return found[0]


# Figures that a trial records under the same name; those of seeds only where they are several.
_FIGURES = (
    "test_accuracy",
    "train_accuracy",
    "gap",
    "epoch",
    "epochs",
    "parameters",
    "seed",
    "seconds",
)
_OF_SEEDS = ("test_accuracy_sd", "first_test_accuracy", "first_train_accuracy")


def _standing(trial: RankedTrial) -> Standing:
    spec, figures = trial.study.spec, trial.figures
    recorded: dict[str, Any] = {name: _number(figures, name) for name in _FIGURES}
    for name in _OF_SEEDS:
        recorded[name] = _number(figures, name) if name in figures else None
    return Standing(
        rank=trial.place,
        study=trial.study.name,
        trial=trial.number,
        student=visible(str(figures.get("student", ""))),
        score=trial.score,
        replicas=figures.get("replicas", 1),
        tracks=tuple(each.name for each in spec.tracks if figures.get(track_key(each.name))),
        params=hyperparameters(spec, trial.params, figures.get("start")),
        inputs=spec.inputs,
        confirmed=None if trial.confirmed is None else trial.confirmed.summary(spec.tracks),
        pruned=trial.pruned,
        spec=spec,
        dataset=str(figures["dataset"]),
        **recorded,
    )


def _number(figures: Mapping[str, Any], name: str) -> float:
    """Return a figure as it is recorded.

    Raises:
        KeyError, TypeError: there is none, or it is no number.
    """
    number = figures[name]
    if not isinstance(number, int | float):
        raise TypeError(f"{name} is {number!r}")
    return number


def hyperparameters(
    spec: StudySpec, stored: Mapping[str, float], start: str | None
) -> dict[str, Value]:
    """Return the value of each hyperparameter of a trial, fixed ones included.

    `stored` are Optuna's numbers: a choice is stored as its index.
    """
    values = dict(spec.recipe)
    for name, space in spec.search.items():
        if name not in stored:
            continue
        number = stored[name]
        if isinstance(space, Range):
            values[name] = int(number) if isinstance(space.low, int) else number
        else:
            values[name] = space[int(number)]
    for each in spec.starts:
        if each.name == start:
            values |= each.values
    return {name: values[name] for name in LESSON}
