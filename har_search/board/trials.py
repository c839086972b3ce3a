"""One study and all of its finished trials, in a few SQL queries, without a row being ranked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy

from har_search.board.status import overview
from har_search.data.dataset import SIMULATED
from har_search.errors import NotFoundError
from har_search.storage import attributes
from har_search.storage.database import open_for_reading
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


_COUNTS = """
SELECT t.state, COUNT(*) AS trials, MIN(t.datetime_start) AS began,
       MAX(t.datetime_complete) AS ended
FROM trials t JOIN studies s ON s.study_id = t.study_id
WHERE s.study_name = :study GROUP BY t.state
"""
_FAILURES = """
SELECT a.value_json AS reason, COUNT(*) AS trials
FROM trials t JOIN studies s ON s.study_id = t.study_id
JOIN trial_user_attributes a ON a.trial_id = t.trial_id AND a.key = :failure
WHERE s.study_name = :study AND t.state = 'FAIL' GROUP BY a.value_json ORDER BY trials DESC
"""
_FINISHED = """
SELECT t.trial_id, t.number, CASE WHEN t.state = 'PRUNED' THEN 1 ELSE 0 END AS pruned,
       v.value AS score, start.value_json AS start, student.value_json AS student,
       CAST(test.value_json AS DOUBLE PRECISION) AS test_accuracy,
       CAST(gap.value_json AS DOUBLE PRECISION) AS gap
FROM trials t JOIN studies s ON s.study_id = t.study_id
JOIN trial_values v ON v.trial_id = t.trial_id AND v.objective = 0
JOIN trial_user_attributes test ON test.trial_id = t.trial_id AND test.key = 'test_accuracy'
JOIN trial_user_attributes gap ON gap.trial_id = t.trial_id AND gap.key = 'gap'
LEFT JOIN trial_user_attributes student ON student.trial_id = t.trial_id
     AND student.key = 'student'
LEFT JOIN trial_user_attributes start ON start.trial_id = t.trial_id AND start.key = :start
WHERE s.study_name = :study AND t.state IN ('COMPLETE', 'PRUNED') ORDER BY t.number
"""
_SAMPLED = """
SELECT p.trial_id, p.param_name, p.param_value FROM trial_params p
JOIN trials t ON t.trial_id = p.trial_id JOIN studies s ON s.study_id = t.study_id
WHERE s.study_name = :study AND t.state IN ('COMPLETE', 'PRUNED')
"""


def study_trials(url: str, study: str) -> StudyTrials:
    """Read a study that this package made.

    Raises:
        NotFoundError: no database there, or it has no finished trial.
        StorageError: it cannot be read.
    """
    with open_for_reading(url) as connection:

        def rows(query: str, **values: str) -> list[Any]:
            return list(connection.execute(sqlalchemy.text(query), {"study": study, **values}))

        (stored,) = stored_studies(connection, study)
        counts = rows(_COUNTS)
        failures = rows(_FAILURES, failure=attributes.FAILURE)
        finished = rows(_FINISHED, start=attributes.START)
        sampled = rows(_SAMPLED)
    if not finished:
        raise NotFoundError(
            f"study '{study}' has no finished trial yet; run `har-search run --study {study}` first"
        )
    return StudyTrials(
        name=study,
        spec=stored.spec,
        dataset=stored.dataset,
        fingerprint=stored.fingerprint,
        finished=_frame(finished, sampled, stored.spec),
        failed=sum(row.trials for row in counts if row.state == "FAIL"),
        running=sum(row.trials for row in counts if row.state == "RUNNING"),
        failures={json.loads(row.reason): row.trials for row in failures},
        began=min((_time(row.began) for row in counts if row.began), default=None),
        ended=max((_time(row.ended) for row in counts if row.ended), default=None),
    )


def _frame(finished: list[Any], sampled: list[Any], spec: StudySpec) -> pd.DataFrame:
    frame = pd.DataFrame([row._mapping for row in finished]).set_index("trial_id")
    frame["pruned"] = frame["pruned"].astype(bool)
    for name in ("start", "student"):
        known = frame[name].map(lambda text: None if pd.isna(text) else json.loads(text))
        frame[name] = known.astype(object)
    frame = frame[list(FIGURES)]
    columns = ["trial_id", "name", "value"]
    stored = pd.DataFrame([tuple(row) for row in sampled], columns=columns)
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


def _time(stored: datetime | str) -> datetime:
    """Return a stored time: SQLite keeps it as text."""
    return stored if isinstance(stored, datetime) else datetime.fromisoformat(stored)
