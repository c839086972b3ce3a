"""A study copied to another database, of whichever kind, with all that belongs to it.

Every row is written as it was, in one transaction: a copy that is interrupted leaves nothing.
`optuna.copy_study` would write each trial by itself, in local time, and none of our tables; in the
study's attributes it would leave ids of the old trials, by which notes are found. Before the end
the copy is read again and compared with what was read.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import select

from har_search.errors import OptionError, StorageError
from har_search.storage import attributes
from har_search.storage.artifacts import files_of_study, make_folder
from har_search.storage.database import alone, open_for_reading, open_for_writing
from har_search.storage.naming import check_free, find_study, renamed_spec
from har_search.storage.schema import (
    OF_STUDIES,
    OF_TRIALS,
    OURS,
    create_tables,
    studies,
    study_system_attributes,
    study_user_attributes,
    trials,
)

_AT_ONCE = 1000  # rows
# A note on a trial is an attribute of the study, by the trial's id.
_BY_ID, _BY_NUMBER = re.compile(r"dashboard:(\d+):"), re.compile(r"dashboard:#(\d+):")

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Copied:
    """What was copied: trials and files. `gone` counts files that were not in their folder."""

    name: str
    trials: int
    files: int
    gone: int


@dataclass(frozen=True)
class Place:
    """Where a study is or goes: a database, and the folder of its artifacts, if any."""

    url: str
    folder: Path | None


def copy_study(source: Place, name: str, to: Place, new: str, *, files: bool = True) -> Copied:
    """Copy a study, as the study `new` there. Trials that run are copied as running.

    Raises:
        NotFoundError: no database or no such study.
        OptionError: there is a study of that name; none may have it; or the study has files, and
            one of the folders is not known.
        StorageError: a database or a folder cannot be read or written.
    """
    with open_for_reading(source.url) as connection:
        _begin_snapshot(connection)
        study = find_study(connection, name)
        rows = _rows(connection, study.id)
        keys = files_of_study(connection, study.id) if files else set()
    for row in rows[study_user_attributes.name]:
        if row["key"] == attributes.SPEC:
            row["value_json"] = renamed_spec(study, row["value_json"], new)
    if keys and (source.folder is None or to.folder is None):
        raise OptionError(
            f"the study has {len(keys)} files; name the folder they are in with --artifacts and "
            "the one they go to with --to-artifacts, or leave them with --no-artifacts"
        )
    with open_for_writing(to.url) as storage, alone(to.url):
        create_tables(storage.engine)
        copied_files = _copied_files(keys, source.folder, to.folder)
        with copied_files as there, storage.engine.begin() as connection:
            check_free(connection, new)
            made = _insert(connection, new, rows)
            if _rows(connection, made) != rows:
                raise StorageError(
                    "the copy is not what was read, so nothing was kept; copy to another database "
                    "with --to"
                )
    return Copied(new, len(rows[trials.name]), there, len(keys) - there)


def _begin_snapshot(connection: sqlalchemy.Connection) -> None:
    """See one moment of the database in all that is read, while others write."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")
    else:
        connection.execution_options(isolation_level="REPEATABLE READ")


def _rows(connection: sqlalchemy.Connection, study_id: int) -> Rows:
    """Return a study's rows by table, each trial's number in the place of its id."""
    own = trials.c.study_id == study_id
    listed = connection.execute(select(trials.c.trial_id, trials.c.number).where(own))
    numbers = {row.trial_id: row.number for row in listed}
    there = set(sqlalchemy.inspect(connection).get_table_names())
    found: Rows = {}
    for table in (trials, *OF_STUDIES):
        columns = [each for each in table.columns if each.name not in ("trial_id", "study_id")]
        query = select(*columns).where(table.c.study_id == study_id)
        found[table.name] = [dict(row) for row in connection.execute(query).mappings()]
    for row in found[study_system_attributes.name]:
        row["key"] = _by_number(row["key"], numbers)
    for table in OF_TRIALS:
        query = select(table).join(trials, trials.c.trial_id == table.c.trial_id).where(own)
        read = connection.execute(query).mappings() if table.name in there else ()
        found[table.name] = [{**row, "trial_id": numbers[row["trial_id"]]} for row in read]
    return {name: sorted(rows, key=repr) for name, rows in found.items()}  # whatever the database


def _by_number(key: str, numbers: Mapping[int, int]) -> str:
    """Return a study's attribute's key with the trial's number, marked, in the place of its id."""
    found = _BY_ID.match(key)
    if found is None or int(found[1]) not in numbers:
        return key
    return f"dashboard:#{numbers[int(found[1])]}:{key[found.end() :]}"


def _by_id(key: str, ids: Mapping[int, int]) -> str:
    """Undo `_by_number`, with the ids of other trials."""
    found = _BY_NUMBER.match(key)
    return key if found is None else f"dashboard:{ids[int(found[1])]}:{key[found.end() :]}"


def _insert(connection: sqlalchemy.Connection, name: str, rows: Rows) -> int:
    """Insert a study with its rows, and return its id."""
    made = studies.insert().values(study_name=name).returning(studies.c.study_id)
    study_id: int = connection.execute(made).scalar_one()
    # In the order of their numbers: Optuna counts the ids before a new trial's.
    ids: dict[int, int] = {}
    insert_trial = trials.insert().returning(trials.c.trial_id)
    for row in sorted(rows[trials.name], key=lambda row: row["number"]):
        values = {**row, "study_id": study_id}
        ids[row["number"]] = connection.execute(insert_trial, values).scalar_one()
    for table in OF_STUDIES:
        own = [{**row, "study_id": study_id} for row in rows[table.name]]
        if table is study_system_attributes:
            own = [{**row, "key": _by_id(row["key"], ids)} for row in own]
        _insert_all(connection, table, own)
    for table in OF_TRIALS:
        if table.metadata is OURS:  # SQLite gives an id again, whose trial may have left some
            for part in _parts([*ids.values()]):
                connection.execute(table.delete().where(table.c.trial_id.in_(part)))
        own = [{**row, "trial_id": ids[row["trial_id"]]} for row in rows[table.name]]
        _insert_all(connection, table, own)
    return study_id


def _insert_all(
    connection: sqlalchemy.Connection, table: sqlalchemy.Table, rows: list[dict[str, Any]]
) -> None:
    for part in _parts(rows):
        connection.execute(table.insert(), part)


def _parts(values: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


@contextmanager
def _copied_files(keys: set[str], source: Path | None, to: Path | None) -> Iterator[int]:
    """Copy files for a block, and yield how many; where the block fails, delete the new ones.

    Raises:
        StorageError: one cannot be copied.
    """
    if not keys or source is None or to is None:
        yield 0
        return
    make_folder(to)
    new, there = [], 0
    try:
        for key in sorted(keys):
            if not (source / key).is_file():
                continue
            there += 1
            if not (to / key).exists():  # also where both are one folder
                new.append(to / key)
                half = to / f"{key}.half"
                shutil.copyfile(source / key, half)
                os.replace(half, to / key)
        yield there
    except BaseException as error:
        for path in new:
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}.half").unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise StorageError(
                f"{error.filename}: {error.strerror}; name another folder with --to-artifacts"
            ) from error
        raise
