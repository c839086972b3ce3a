"""A study deleted, with all that belongs to it: in the database, and its files."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import sqlalchemy
from sqlalchemy import select

from har_search.storage.artifacts import files_of_study
from har_search.storage.database import alone, open_for_writing
from har_search.storage.naming import check_there, find_study
from har_search.storage.schema import (
    OF_STUDIES,
    OF_TRIALS,
    claims,
    create_tables,
    studies,
    trial_heartbeats,
    trials,
)


def delete_study(url: str, name: str, folder: Path | None) -> int:
    """Delete a study: its rows in one transaction, then its files in `folder`, the artifacts'.

    Files that another study of the database names, too, stay. Returns how many were deleted.

    Raises:
        NotFoundError: no database or no such study.
        StorageError: the database cannot be written.
    """
    check_there(url, name)
    with open_for_writing(url) as storage, alone(url):
        create_tables(storage.engine)
        with storage.engine.begin() as connection:
            study = find_study(connection, name)
            files = files_of_study(connection, study.id)
            _delete_rows(connection, study.id, name)
            others = connection.execute(select(studies.c.study_id)).scalars().all()
            files -= {key for other in others for key in files_of_study(connection, other)}
    return 0 if folder is None else sum(_delete_file(folder / key) for key in files)


def _delete_rows(connection: sqlalchemy.Connection, study_id: int, name: str) -> None:
    """Delete what belongs to a study, what refers to others first."""
    own = select(trials.c.trial_id).where(trials.c.study_id == study_id)
    for table in (*OF_TRIALS, trial_heartbeats):
        connection.execute(table.delete().where(table.c.trial_id.in_(own)))
    for table in (trials, *OF_STUDIES, studies):
        connection.execute(table.delete().where(table.c.study_id == study_id))
    connection.execute(claims.delete().where(claims.c.study_name == name))


def _delete_file(path: Path) -> bool:
    with suppress(OSError):  # gone, or somebody else's
        path.unlink()
        return True
    return False
