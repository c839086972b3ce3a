"""One study and all of its finished trials, in a few SQL queries, without a row being ranked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from har_search.board.status import overview
from har_search.challenge.words import visible
from har_search.data.dataset import SIMULATED
from har_search.errors import NotFoundError
from har_search.storage.counts import TrialCounts, failures, time_span, trial_counts
from har_search.storage.database import decoding, open_for_reading
from har_search.storage.figures import finished_figures, sampled_values
from har_search.storage.studies import stored_studies
from har_search.study.spec import StudySpec, Value

FIGURES = ("number", "pruned", "start", "student", "score", "test_accuracy", "gap")


@dataclass(frozen=True, eq=False)
class StudyTrials:
    """A study, and what became of its trials.

    `finished` has a row a finished trial, in the order of their numbers: `FIGURES` (fractions,
    `start` is None where the sampler chose) and a column for each hyperparameter searched, missing
    where a trial did not sample it. `failed` and `running` count the others, `failures` the failed
    ones by reason, the most frequent first; `began` and `ended` frame the trials known.
    """

    name: str
    spec: StudySpec
    dataset: str
    fingerprint: str
    finished: pd.DataFrame
    failed: int
    running: int
    failures: Mapping[str, int]
    began: datetime | None
    ended: datetime | None

    @property
    def pruned(self) -> int:
        """How many finished trials were pruned."""
        return int(self.finished["pruned"].sum())


def chosen_study(url: str, study: str | None) -> str:
    """Return the study's name; without one, that of the only study on real data.

    Raises:
        NotFoundError: no database there, no such study, or none or several to choose from.
        StorageError: the database cannot be read.
    """
    studies = overview(url).studies
    there = ", ".join(each.name for each in studies)
    if not studies:
        raise NotFoundError("no study in this database yet; `har-search run` makes one")
    if study is not None:
        if study not in {each.name for each in studies}:
            raise NotFoundError(f"no study '{study}'; there is {there}")
        return study
    real = [each.name for each in studies if each.dataset != SIMULATED]
    if len(real) == 1:
        return real[0]
    which = "several studies are" if real else "no study on real data is"
    raise NotFoundError(f"{which} in this database; add --study NAME, of {there}")


def study_trials(url: str, study: str) -> StudyTrials:
    """Read a study that this package made.

    Raises:
        NotFoundError: no database there, or it has no finished trial.
        StorageError: it cannot be read.
    """
    with open_for_reading(url) as connection:
        (stored,) = stored_studies(connection, study)
        counts = trial_counts(connection).get(stored.id, TrialCounts())
        reasons = failures(connection, study)
        began, ended = time_span(connection, stored.id)
        finished = finished_figures(connection, study)
        sampled = sampled_values(connection, study)
    if not finished:
        raise NotFoundError(
            f"study '{study}' has no finished trial yet; run `har-search run --study {study}` first"
        )
    with decoding(url):
        frame = _frame(finished, sampled, stored.spec)
    return StudyTrials(
        name=study,
        spec=stored.spec,
        dataset=stored.dataset,
        fingerprint=stored.fingerprint,
        finished=frame,
        failed=counts.failed,
        running=counts.running,
        failures=reasons,
        began=began,
        ended=ended,
    )


def _frame(
    finished: Sequence[Any], sampled: Sequence[tuple[int, str, float]], spec: StudySpec
) -> pd.DataFrame:
    frame = pd.DataFrame(finished).set_index("trial_id")
    for name in ("start", "student"):
        known = frame[name].map(
            lambda text: None if pd.isna(text) else visible(str(json.loads(text)))
        )
        frame[name] = known.astype(object)
    frame = frame[list(FIGURES)]
    columns = ["trial_id", "name", "value"]
    stored = pd.DataFrame(sampled, columns=columns)
    values = stored.pivot_table(index="trial_id", columns="name", values="value")
    for name, space in spec.search.items():
        own = values[name] if name in values else pd.Series(dtype=float)
        known = own.reindex(frame.index)
        if isinstance(space, tuple):  # Optuna stores a choice as its index
            frame[name] = known.map(lambda index, choices=space: _choice(index, choices))
        else:
            frame[name] = known
    return frame.reset_index(drop=True)


def _choice(index: float, choices: tuple[Value, ...]) -> Value | None:
    return None if pd.isna(index) else choices[int(index)]
