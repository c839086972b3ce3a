"""The ranking of finished trials: one query over Optuna's own tables and its trials' attributes.

It cuts to the rows wanted and each track's leader, and fetches only those trials.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy
from sqlalchemy import (
    CTE,
    JSON,
    ColumnElement,
    Double,
    FromClause,
    Integer,
    Select,
    Text,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from har_search.challenge.confirmed import Confirmed
from har_search.challenge.rules import track_key
from har_search.challenge.words import visible
from har_search.data.dataset import SIMULATED
from har_search.storage import confirmations
from har_search.storage.database import open_for_reading
from har_search.storage.figures import students
from har_search.storage.schema import confirmations as confirmations_table
from har_search.storage.schema import (
    is_finished,
    trial_params,
    trial_user_attributes,
    trial_values,
    trials,
    with_attribute,
)
from har_search.storage.studies import StoredStudy, stored_studies
from har_search.storage.winners import winners

# What a ranking goes by, the first that differs deciding; a minus: the largest first.
SORTS: Mapping[str, tuple[str, ...]] = {
    "score": ("-score", "gap", "parameters", "trial_id"),
    "test": ("-test_accuracy", "gap", "parameters", "trial_id"),
    "gap": ("gap", "-test_accuracy", "parameters", "trial_id"),
    "parameters": ("parameters", "-score", "trial_id"),
    "newest": ("-trial_id",),
}
TRACK_ORDER = SORTS["test"]
CONFIRMED_ORDER = ("-confirmed_mean", "trial_id")


@dataclass(frozen=True)
class Selection:
    """Which trials to rank, and how.

    Without `study`, those of all studies on real data, or with `simulated` of all studies. `top`
    None lists all of them; `skip` leaves out so many of the best. Without `sort`, one of `SORTS`,
    by score, or within a track in the track's order: test accuracy, smaller gap, fewer parameters.
    `confirmed` ranks only entries trained again with fresh seeds, by their mean test accuracy.
    """

    study: str | None = None
    track: str | None = None
    student: str | None = None
    best_per_student: bool = False
    sort: str | None = None
    top: int | None = None
    skip: int = 0
    trial: int | None = None
    simulated: bool = False
    confirmed: bool = False

    @property
    def order(self) -> tuple[str, ...]:
        """What the ranking goes by, written as in `SORTS`."""
        if self.sort is not None:
            return SORTS[self.sort]
        if self.confirmed:
            return CONFIRMED_ORDER
        return SORTS["score"] if self.track is None else TRACK_ORDER


@dataclass(frozen=True)
class RankedTrial:
    """A finished trial as stored.

    `place` is None where it is not listed, but leads a track; `leads` are the keys of the tracks
    that it leads: as `storage.winners` has it, or else by its own figures. `figures` are its
    attributes, and `params` Optuna's numbers: a choice is stored as its index.
    """

    study: StoredStudy
    number: int
    place: int | None
    pruned: bool
    score: float
    figures: Mapping[str, Any]
    params: Mapping[str, float]
    leads: tuple[str, ...]
    confirmed: Confirmed | None


@dataclass(frozen=True)
class Ranking:
    """Trials in order, then the leaders that are not among them; `studies` are those asked.

    `finished` counts the trials that they were selected from, `ranked` those that could be listed.
    """

    trials: Sequence[RankedTrial] = ()
    studies: Sequence[StoredStudy] = ()
    finished: int = 0
    ranked: int = 0


def rank(url: str, selection: Selection) -> Ranking:
    """Rank the finished trials in the database at `url`.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
        StudyFileError: a study's stored spec is not understood.
    """
    with open_for_reading(url) as connection:
        selection = _as_stored(connection, selection)
        studies = {
            study.id: study
            for study in stored_studies(connection, selection.study)
            if selection.study or selection.simulated or study.dataset != SIMULATED
        }
        any_confirmed = sqlalchemy.inspect(connection).has_table(confirmations_table.name)
        if not studies or (selection.confirmed and not any_confirmed):
            return Ranking()
        found: dict[str, int] = {}
        if any_confirmed:
            found = winners(connection, _conditions(selection, studies), studies)
        query = _query(
            selection,
            list(studies.values()),
            connection.dialect.name,
            any_confirmed=any_confirmed,
            won=found,
        )
        rows = [(row, json.loads(row.figures)) for row in connection.execute(query)]
        confirmed = _confirmed(connection, studies, rows)
        if not rows:
            return Ranking()
        ranked = tuple(
            RankedTrial(
                study=studies[row.study_id],
                number=row.number,
                place=row.place,
                pruned=row.state == "PRUNED",
                score=row.score,
                figures=figures,
                # SQLite writes the numbers as text
                params={name: float(each) for name, each in json.loads(row.params or "{}").items()},
                leads=(
                    *(row.leads.split(",") if row.leads else ()),
                    *(key for key, winner in found.items() if winner == row.trial_id),
                ),
                confirmed=confirmed.get((row.study_id, row.number)),
            )
            for row, figures in rows
        )
        first = rows[0][0]
        return Ranking(ranked, tuple(studies.values()), first.finished, first.ranked)


def _confirmed(
    connection: sqlalchemy.Connection, studies: Mapping[int, StoredStudy], rows: Sequence[Any]
) -> dict[tuple[int, int], Confirmed]:
    """Return what fresh seeds made of those trials for which any are known."""
    seeds: dict[int, dict[int, int]] = {}
    for row, figures in rows:
        if row.any_seeds:
            seeds.setdefault(row.study_id, {})[row.number] = figures.get("seed")
    return {
        (study_id, number): each
        for study_id, own in seeds.items()
        for number, each in confirmations.read(connection, studies[study_id].name, own).items()
    }


def _query(
    selection: Selection,
    studies: Sequence[StoredStudy],
    dialect: str,
    *,
    any_confirmed: bool,
    won: Mapping[str, int],
) -> Select[Any]:
    """Compose the query; `any_confirmed` says whether there is a table of confirmations.

    `won` has the trial's id for the keys of tracks that are won by fresh seeds; in the others the
    best figures lead.
    Only the rows wanted get a place: numbering every trial would take as long as finding them.
    """
    finished = _finished(selection, studies)
    chosen = _chosen(finished, selection)
    listed = _listed(chosen, selection)
    led = _led(finished, studies, won)
    shown = _shown(finished, listed, led, won)
    own = confirmations_table.c.trial_id == shown.c.trial_id
    figures, params = _OBJECTS[dialect]
    return select(
        *shown.c["trial_id", "study_id", "number", "score", "place"],
        _one(select(trials.c.state).where(trials.c.trial_id == shown.c.trial_id), "state"),
        (exists().where(own) if any_confirmed else literal(False)).label("any_seeds"),
        _one(select(func.count()).select_from(finished), "finished"),
        _one(select(func.count()).select_from(chosen), "ranked"),
        _one(select(figures).where(_ATTRIBUTES.c.trial_id == shown.c.trial_id), "figures"),
        _one(select(params).where(trial_params.c.trial_id == shown.c.trial_id), "params"),
        _one(
            select(func.aggregate_strings(led.c.key, ",")).where(
                led.c.trial_id == shown.c.trial_id, led.c.track_place == 1
            ),
            "leads",
        ),
    ).order_by(shown.c.place.is_(None), shown.c.place)


_ATTRIBUTES = trial_user_attributes
# A trial's figures and hyperparameters, each as one JSON object.
_OBJECTS: Mapping[str, tuple[ColumnElement[str], ColumnElement[str]]] = {
    "sqlite": (
        func.json_group_object(_ATTRIBUTES.c.key, func.json(_ATTRIBUTES.c.value_json)),
        # SQLite's own JSON numbers have 15 digits; a float needs 17.
        func.json_group_object(
            trial_params.c.param_name, func.printf("%!.17g", trial_params.c.param_value)
        ),
    ),
    "postgresql": (
        cast(func.json_object_agg(_ATTRIBUTES.c.key, cast(_ATTRIBUTES.c.value_json, JSON)), Text),
        cast(func.json_object_agg(trial_params.c.param_name, trial_params.c.param_value), Text),
    ),
}


def _as_stored(connection: sqlalchemy.Connection, selection: Selection) -> Selection:
    """Turn a student's name as it is shown into the one stored, where they differ."""
    if selection.student is None or "\\" not in selection.student:
        return selection
    stored = students(connection)
    if selection.student in stored:
        return selection
    found = [name for name in stored if visible(name) == selection.student]
    return replace(selection, student=found[0]) if found else selection


def _one(query: Select[Any], name: str) -> ColumnElement[Any]:
    """Return a query of one value as a column."""
    return query.scalar_subquery().label(name)


def _materialized(query: Select[Any], name: str) -> CTE:
    """Name a query that is to be carried out once, not wherever it is named."""
    return query.cte(name).prefix_with("MATERIALIZED")


def _ordered(source: FromClause, order: Sequence[str]) -> list[ColumnElement[Any]]:
    """Return what a source is ordered by."""
    return [source.c[each[1:]].desc() if each.startswith("-") else source.c[each] for each in order]


def _finished(selection: Selection, studies: Sequence[StoredStudy]) -> CTE:
    """Return the finished trials of these studies, with what a ranking may go by."""
    source: FromClause = trials.join(
        trial_values,
        (trial_values.c.trial_id == trials.c.trial_id) & (trial_values.c.objective == 0),
    )
    source, test = with_attribute(source, "test_accuracy")
    source, gap = with_attribute(source, "gap")
    source, parameters = with_attribute(source, "parameters")
    columns: list[ColumnElement[Any]] = [
        *trials.c["trial_id", "number", "study_id"],
        trial_values.c.value.label("score"),
        cast(test, Double).label("test_accuracy"),
        cast(gap, Double).label("gap"),
        cast(parameters, Integer).label("parameters"),
    ]
    if selection.best_per_student:
        source, student = with_attribute(source, "student")
        columns.append(student.label("student"))
    if selection.confirmed:
        seeds = confirmations_table.c
        mean = select(func.avg(seeds.test_accuracy)).where(seeds.trial_id == trials.c.trial_id)
        columns.append(_one(mean, "confirmed_mean"))
    conditions = _conditions(selection, [study.id for study in studies])
    return _materialized(select(*columns).select_from(source).where(*conditions), "finished")


def _conditions(selection: Selection, studies: Collection[int]) -> list[ColumnElement[bool]]:
    """Return what trials must fulfil to be ranked, or to lead, in the studies given by id."""
    conditions = [trials.c.study_id.in_(studies), is_finished()]
    if selection.student is not None:
        own = (_ATTRIBUTES.c.trial_id == trials.c.trial_id) & (_ATTRIBUTES.c.key == "student")
        name = json.dumps(selection.student)
        conditions.append(exists().where(own, _ATTRIBUTES.c.value_json == name))
    if selection.trial is not None:
        conditions.append(trials.c.number == selection.trial)
    return conditions


def _chosen(finished: CTE, selection: Selection) -> CTE:
    """Return those of the finished trials that may be listed."""
    query = select(finished)
    if selection.track is not None:
        query = query.where(
            exists().where(
                _ATTRIBUTES.c.trial_id == finished.c.trial_id,
                _ATTRIBUTES.c.key == track_key(selection.track),
                _ATTRIBUTES.c.value_json == "1",
            )
        )
    if selection.confirmed:
        query = query.where(finished.c.confirmed_mean.is_not(None))
    if selection.best_per_student:
        own = query.subquery("own")
        place = func.row_number().over(
            partition_by=own.c.student, order_by=_ordered(own, selection.order)
        )
        compared = select(own, place.label("own_place")).subquery("compared")
        query = select(compared).where(compared.c.own_place == 1)
    return query.cte("chosen")


def _listed(chosen: CTE, selection: Selection) -> CTE:
    """Return the rows wanted, in their places."""
    best: FromClause = chosen
    if selection.top is not None:
        cut = select(chosen).order_by(*_ordered(chosen, selection.order))
        best = cut.limit(selection.skip + selection.top).subquery("best")
    place = func.row_number().over(order_by=_ordered(best, selection.order)).label("place")
    placed = select(*best.c["trial_id", "number", "study_id", "score"], place).subquery("placed")
    return _materialized(select(placed).where(placed.c.place > selection.skip), "listed")


def _led(finished: CTE, studies: Sequence[StoredStudy], won: Mapping[str, int]) -> CTE:
    """Return who qualifies for each track that is not won, in the track's order."""
    keys = {track_key(track.name) for study in studies for track in study.spec.tracks} - {*won}
    place = func.row_number().over(
        partition_by=_ATTRIBUTES.c.key, order_by=_ordered(finished, TRACK_ORDER)
    )
    query = (
        select(finished.c.trial_id, _ATTRIBUTES.c.key, place.label("track_place"))
        .join(_ATTRIBUTES, _ATTRIBUTES.c.trial_id == finished.c.trial_id)
        .where(_ATTRIBUTES.c.key.in_(sorted(keys)), _ATTRIBUTES.c.value_json == "1")
    )
    return _materialized(query, "led")


def _shown(finished: CTE, listed: CTE, led: CTE, won: Mapping[str, int]) -> CTE:
    """Return the listed trials, then each track's leader that is not listed, without a place."""
    columns = "trial_id", "number", "study_id", "score"
    leaders = select(led.c.trial_id).where(led.c.track_place == 1)
    others = select(*finished.c[columns], null().label("place")).where(
        or_(finished.c.trial_id.in_(leaders), finished.c.trial_id.in_([*won.values()])),
        finished.c.trial_id.not_in(select(listed.c.trial_id)),
    )
    return union_all(select(*listed.c[*columns, "place"]), others).cte("shown")
