"""The ranked standings: one SQL query over Optuna's own tables and its trials' attributes.

Needs neither torch nor Optuna. A small query before it finds the studies. Tables read: `trials`,
`trial_values`, `trial_params`, `trial_user_attributes`, `studies`, `study_user_attributes`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy

from har_search.challenge.inputs import AS_THEY_ARE
from har_search.challenge.rules import Track, track_key
from har_search.data.dataset import SIMULATED
from har_search.storage import attributes
from har_search.storage.confirmations import CONFIRMATIONS, read
from har_search.storage.database import has_studies_table, open_for_reading
from har_search.study.spec import LESSON, Tables

SORTS = {
    "score": "score DESC, gap, parameters, trial_id",
    "test": "test_accuracy DESC, gap, parameters, trial_id",
    "gap": "gap, test_accuracy DESC, parameters, trial_id",
    "parameters": "parameters, score DESC, trial_id",
    "newest": "trial_id DESC",
}
TRACK_ORDER = SORTS["test"]
FIGURES = (
    "test_accuracy",
    "train_accuracy",
    "gap",
    "score",
    "replicas",
    "test_accuracy_sd",
    "first_test_accuracy",
    "first_train_accuracy",
    "tracks",
    "params",
    "epoch",
    "epochs",
    "parameters",
    "seed",
    "seconds",
    "dataset",
)
COLUMNS = ("rank", "study", "trial", "student", *FIGURES, "standardize", "confirmed")


@dataclass(frozen=True)
class Selection:
    """Which trials to rank, and how.

    Without `study`, those of all studies on real data, or with `simulated` of all studies. `top`
    None lists all of them; `skip` leaves out so many of the best. Without `sort`, by score, or
    within a track in the track's order: test accuracy, smaller gap, fewer parameters. `confirmed`
    ranks only entries trained again with fresh seeds, by their mean test accuracy.
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


@dataclass(frozen=True, eq=False)
class Leaderboard:
    """Ranked `standings` (a row a trial, `COLUMNS`), and each track's leading row.

    Where a row's `replicas` are several, its figures are means over so many seeds, whose `first_…`
    is the network that is kept. `leaders` names every track of the studies shown: None where no
    trial qualifies; one that is not among the standings has no rank. `finished` counts the trials
    that the standings were selected from, `ranked` those that could be listed.
    """

    standings: pd.DataFrame
    leaders: Mapping[str, dict[str, Any] | None]
    finished: int
    ranked: int = 0


def rows_of(board: Leaderboard) -> list[dict[str, Any]]:
    """Return the standings as a list of plain objects, best first."""
    frame = board.standings.astype(object)
    records = frame.where(frame.notna(), None).to_dict(orient="records")
    return [{str(key): value for key, value in record.items()} for record in records]


def leaderboard(url: str, selection: Selection | None = None) -> Leaderboard:
    """Rank the finished trials in the database at `url`.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    selection = selection or Selection()
    with open_for_reading(url) as connection:
        specs = _specs(connection, selection)
        rows: list[Any] = []
        if selection.confirmed and not sqlalchemy.inspect(connection).has_table(CONFIRMATIONS.name):
            specs = {}  # nothing was ever confirmed here
        if specs:
            query, parameters = _query(selection, specs, connection.dialect.name)
            rows = list(connection.execute(query, parameters))
        standings = [_standing(row, specs[row.study_id]) for row in rows]
        specs_by_name = {row.study_name: specs[row.study_id] for row in rows}
        _add_confirmed(connection, standings, specs_by_name)
    leaders: dict[str, dict[str, Any] | None] = {
        name: None for spec in (specs.values() if rows else ()) for name in _track_names(spec)
    }
    for row, standing in zip(rows, standings, strict=True):
        led = (row.led_tracks or "").split(",")
        leaders |= {track: standing for track in leaders if track_key(track) in led}
    listed = [standing for standing in standings if standing["rank"] is not None]
    return Leaderboard(
        pd.DataFrame(listed, columns=list(COLUMNS)),
        leaders,
        rows[0].finished if rows else 0,
        rows[0].ranked if rows else 0,
    )


def _specs(connection: sqlalchemy.Connection, selection: Selection) -> dict[int, Tables]:
    """Return the spec of each study that may have trials to rank, by the study's id."""
    if not has_studies_table(connection):
        return {}
    query = sqlalchemy.text(
        "SELECT s.study_id, s.study_name, spec.value_json AS spec, data.value_json AS dataset "
        "FROM studies s "
        "JOIN study_user_attributes spec ON spec.study_id = s.study_id AND spec.key = :spec "
        "JOIN study_user_attributes data ON data.study_id = s.study_id AND data.key = :dataset"
    )
    keys = {"spec": attributes.SPEC, "dataset": attributes.DATASET}
    return {
        row.study_id: json.loads(row.spec)
        for row in connection.execute(query, keys)
        if (
            selection.simulated or json.loads(row.dataset)["name"] != SIMULATED
            if selection.study is None
            else row.study_name == selection.study
        )
    }


def _add_confirmed(
    connection: sqlalchemy.Connection, standings: list[dict[str, Any]], specs: Mapping[str, Tables]
) -> None:
    """Set what fresh seeds made of each entry; None where none were tried."""
    for study, spec in specs.items():
        own = [standing for standing in standings if standing["study"] == study]
        tracks = [Track(**track) for track in spec["track"]]
        found = read(connection, study, {each["trial"]: each["seed"] for each in own})
        for standing in own:
            confirmed = found.get(standing["trial"])
            standing["confirmed"] = None if confirmed is None else confirmed.summary(tracks)


def _track_names(spec: Tables) -> list[str]:
    return [track["name"] for track in spec["track"]]


def study_names(url: str) -> list[str]:
    """List the studies in the database that this package made, by name.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    with open_for_reading(url) as connection:
        if not has_studies_table(connection):
            return []
        query = sqlalchemy.text(
            "SELECT study_name FROM studies s JOIN study_user_attributes a "
            "ON a.study_id = s.study_id AND a.key = :spec ORDER BY study_name"
        )
        return list(connection.execute(query, {"spec": attributes.SPEC}).scalars())


def _standing(row: Any, spec: Tables) -> dict[str, Any]:
    figures = json.loads(row.attributes)
    tracks = [each for each in _track_names(spec) if figures.get(track_key(each))]
    standing = {name: figures.get(name) for name in FIGURES}
    return standing | {
        "rank": row.place,
        "study": row.study_name,
        "trial": row.number,
        "student": figures.get("student", ""),
        "score": row.score,
        "replicas": figures.get("replicas", 1),
        "tracks": tracks,
        # Older studies say nothing of it.
        "standardize": spec.get("data", {}).get("standardize", AS_THEY_ARE),
        "params": hyperparameters(spec, json.loads(row.params or "{}"), figures.get("start")),
    }


def hyperparameters(
    spec: Tables, stored: Mapping[str, str | float], start: str | None
) -> dict[str, Any]:
    """Return the value of each hyperparameter of a trial, fixed ones included.

    `stored` are Optuna's numbers: a choice is stored as its index.
    """
    values: dict[str, Any] = {**spec["recipe"]}
    if "schedule" in spec["training"]:
        values["schedule"] = spec["training"]["schedule"]
    for name, space in spec["search"].items():
        if name not in stored:
            continue
        number = float(stored[name])
        if isinstance(space, list):
            values[name] = space[int(number)]
        else:
            values[name] = int(number) if isinstance(space["low"], int) else number
    for entry in spec["start"]:
        if entry["name"] == start:
            values |= {name: value for name, value in entry.items() if name != "name"}
    return {name: values[name] for name in LESSON}


_AGGREGATES = {
    # SQLite's own JSON numbers have 15 digits; a float needs 17.
    "sqlite": (
        "json_group_object(a.key, json(a.value_json))",
        "json_group_object(p.param_name, printf('%!.17g', p.param_value))",
        "group_concat(l.key, ',')",
    ),
    "postgresql": (
        "json_object_agg(a.key, a.value_json::json)::text",
        "json_object_agg(p.param_name, p.param_value)::text",
        "string_agg(l.key, ',')",
    ),
}


def _query(
    selection: Selection, specs: Mapping[int, Tables], dialect: str
) -> tuple[sqlalchemy.TextClause, dict[str, Any]]:
    """Build the query: cut to the rows wanted and each track's leader, then fetch those trials.

    Only those get a place: numbering every trial would take as long as finding them.
    """
    figures, params, tracks = _AGGREGATES[dialect]
    keys = {track_key(name) for spec in specs.values() for name in _track_names(spec)}
    parameters: dict[str, Any] = {"studies": list(specs), "track_keys": sorted(keys)}
    conditions, student, joined = [], "NULL", ""
    if selection.student is not None or selection.best_per_student:
        student = "student.value_json"
        joined = (
            "JOIN trial_user_attributes student "
            "ON student.trial_id = t.trial_id AND student.key = 'student'"
        )
    if selection.student is not None:
        conditions.append("AND student.value_json = :student")
        parameters["student"] = json.dumps(selection.student)
    if selection.trial is not None:
        conditions.append("AND t.number = :trial")
        parameters["trial"] = selection.trial
    mean, ranks, order = "NULL", ["1 = 1"], SORTS["score"]
    if selection.track is not None:
        ranks.append(
            "EXISTS (SELECT 1 FROM trial_user_attributes k WHERE k.trial_id = f.trial_id "
            "AND k.key = :track AND k.value_json = '1')"
        )
        parameters["track"], order = track_key(selection.track), TRACK_ORDER
    if selection.confirmed:
        mean = (
            "(SELECT AVG(c.test_accuracy) FROM har_search_confirmations c "
            "WHERE c.trial_id = t.trial_id)"
        )
        ranks.append("f.confirmed_mean IS NOT NULL")
        order = "confirmed_mean DESC, trial_id"
    if selection.sort is not None:
        order = SORTS[selection.sort]
    chosen = f"SELECT f.* FROM finished f WHERE {' AND '.join(ranks)}"
    if selection.best_per_student:
        chosen = f"""
  SELECT * FROM (
    SELECT c.*, ROW_NUMBER() OVER (PARTITION BY student ORDER BY {order}) AS own_place
    FROM ({chosen}) AS c) AS compared
  WHERE own_place = 1"""
    best, parameters["skip"] = "chosen", selection.skip
    if selection.top is not None:
        best = f"(SELECT * FROM chosen ORDER BY {order} LIMIT :last) AS best"
        parameters["last"] = selection.skip + selection.top
    query = sqlalchemy.text(
        f"""
WITH finished AS MATERIALIZED (
  SELECT t.trial_id, t.number, t.study_id, v.value AS score, {student} AS student,
         {mean} AS confirmed_mean,
         CAST(test.value_json AS DOUBLE PRECISION) AS test_accuracy,
         CAST(gap.value_json AS DOUBLE PRECISION) AS gap,
         CAST(size.value_json AS INTEGER) AS parameters
  FROM trials t
  JOIN trial_values v ON v.trial_id = t.trial_id AND v.objective = 0
  JOIN trial_user_attributes test ON test.trial_id = t.trial_id AND test.key = 'test_accuracy'
  JOIN trial_user_attributes gap ON gap.trial_id = t.trial_id AND gap.key = 'gap'
  JOIN trial_user_attributes size ON size.trial_id = t.trial_id AND size.key = 'parameters'
  {joined}
  WHERE t.study_id IN :studies AND t.state IN ('COMPLETE', 'PRUNED') {" ".join(conditions)}
), chosen AS ({chosen}
), listed AS MATERIALIZED (
  SELECT trial_id, number, study_id, score, place
  FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY {order}) AS place FROM {best}) AS placed
  WHERE place > :skip
), led AS MATERIALIZED (
  SELECT f.trial_id, k.key,
         ROW_NUMBER() OVER (PARTITION BY k.key ORDER BY {_qualified(TRACK_ORDER)}) AS track_place
  FROM finished f JOIN trial_user_attributes k ON k.trial_id = f.trial_id
  WHERE k.key IN :track_keys AND k.value_json = '1'
), shown AS (
  SELECT * FROM listed
  UNION ALL SELECT trial_id, number, study_id, score, NULL FROM finished
  WHERE trial_id IN (SELECT trial_id FROM led WHERE track_place = 1)
    AND trial_id NOT IN (SELECT trial_id FROM listed)
)
SELECT w.trial_id, w.number, w.study_id, s.study_name, w.score, w.place,
       (SELECT COUNT(*) FROM finished) AS finished,
       (SELECT COUNT(*) FROM chosen) AS ranked,
       (SELECT {figures} FROM trial_user_attributes a WHERE a.trial_id = w.trial_id)
         AS attributes,
       (SELECT {params} FROM trial_params p WHERE p.trial_id = w.trial_id) AS params,
       (SELECT {tracks} FROM led l WHERE l.trial_id = w.trial_id AND l.track_place = 1)
         AS led_tracks
FROM shown w JOIN studies s ON s.study_id = w.study_id
ORDER BY CASE WHEN w.place IS NULL THEN 1 ELSE 0 END, w.place
"""
    )
    lists: list[Any] = [
        sqlalchemy.bindparam(name, expanding=True) for name in ("studies", "track_keys")
    ]
    return query.bindparams(*lists), parameters


def _qualified(order: str) -> str:
    return ", ".join(f"f.{term.strip()}" for term in order.split(","))
