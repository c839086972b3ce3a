"""Who wins a track: the entry that holds there with the best mean over fresh seeds.

Only entries that were trained again are looked at, and few of these are judged: those of a track in
the order of their means, until one holds.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, FromClause, select

from har_search.challenge.confirmed import Confirmation, Confirmed
from har_search.challenge.rules import Track, track_key
from har_search.challenge.words import Verdict
from har_search.storage.schema import confirmations, trials, with_attribute
from har_search.storage.studies import StoredStudy


@dataclass(frozen=True)
class _Candidate:
    """An entry over fresh seeds; `parameters` decide between equals, then who came first."""

    trial_id: int
    study_id: int
    parameters: int
    confirmed: Confirmed

    @property
    def order(self) -> tuple[float, float, int, int]:
        """What candidates are ordered by, the best first."""
        test = statistics.fmean(self.confirmed.test_accuracies)
        gap = statistics.fmean(self.confirmed.gaps)
        return (-test, gap, self.parameters, self.trial_id)


def winners(
    connection: sqlalchemy.Connection,
    conditions: Sequence[ColumnElement[bool]],
    studies: Mapping[int, StoredStudy],
) -> dict[str, int]:
    """Return the winning trial's id by the key of each track that is won.

    Only trials for which the `conditions` hold are looked at, which are of the `studies` given by
    id.
    """
    candidates = sorted(_candidates(connection, conditions), key=lambda each: each.order)
    found: dict[str, int] = {}
    for candidate in candidates:
        for track in studies[candidate.study_id].spec.tracks:
            key = track_key(track.name)
            if key not in found and _holds(candidate.confirmed, track):
                found[key] = candidate.trial_id
    return found


def _holds(confirmed: Confirmed, track: Track) -> bool:
    """Return whether it holds; no test is needed where the means never passed the track's rule."""
    sums = zip(accumulate(confirmed.test_accuracies), accumulate(confirmed.gaps), strict=True)
    passed = any(track.qualifies(test / n, gap / n) for n, (test, gap) in enumerate(sums, start=1))
    return passed and confirmed.verdict(track) is Verdict.holds


def _candidates(
    connection: sqlalchemy.Connection, conditions: Sequence[ColumnElement[bool]]
) -> list[_Candidate]:
    source: FromClause = confirmations.join(trials, confirmations.c.trial_id == trials.c.trial_id)
    source, seed = with_attribute(source, "seed")
    source, parameters = with_attribute(source, "parameters")
    query = (
        select(
            trials.c.study_id,
            seed.label("own_seed"),
            parameters.label("parameters"),
            confirmations,
        )
        .select_from(source)
        .where(*conditions)
        .order_by(confirmations.c.trial_id, confirmations.c.position)
    )
    rows: dict[int, list[Any]] = {}
    for row in connection.execute(query):
        # Optuna uses the id of a deleted trial again, whose rows may be there still.
        if row.trial_seed == json.loads(row.own_seed):
            rows.setdefault(row.trial_id, []).append(row)
    return [_candidate(own) for own in rows.values()]


def _candidate(rows: Sequence[Any]) -> _Candidate:
    first = rows[0]
    seeds = (
        Confirmation(row.position, row.seed, row.test_accuracy, row.train_accuracy) for row in rows
    )
    return _Candidate(
        first.trial_id,
        first.study_id,
        json.loads(first.parameters),
        Confirmed(first.planned, tuple(seeds)),
    )
