"""Studies as stored: the spec and the data that each one was made with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy
from sqlalchemy import exists, select

from har_search.data.dataset import SIMULATED, Dataset
from har_search.errors import NotFoundError, StudyMismatchError
from har_search.storage import attributes
from har_search.storage.database import has_studies_table, open_for_reading
from har_search.storage.patience import is_transient
from har_search.storage.schema import (
    OF_STUDIES,
    OF_TRIALS,
    OPTUNAS,
    claims,
    studies,
    study_user_attributes,
    trials,
)
from har_search.study.file import parse_spec
from har_search.study.spec import StudySpec

if TYPE_CHECKING:
    from har_search.storage.patient import PatientStorage


def study_name(spec: StudySpec, dataset_name: str) -> str:
    """Return the study's name in the database: simulated data has studies of its own."""
    return f"{spec.name}-simulated" if dataset_name == SIMULATED else spec.name


@dataclass(frozen=True)
class StoredStudy:
    """A study in the database: its id and name there, its spec, and its data.

    `dataset` and `fingerprint` name the data; `total` is how many finished trials the last search
    asked for, None where there was none.
    """

    id: int
    name: str
    spec: StudySpec
    dataset: str
    fingerprint: str
    total: int | None = None

    def require_data(self, dataset: Dataset) -> None:
        """Check that these are the study's data.

        Raises:
            StudyMismatchError: they are others.
        """
        if (dataset.name, dataset.fingerprint) != (self.dataset, self.fingerprint):
            raise StudyMismatchError(
                f"the study '{self.name}' was made with other data: {self.dataset} "
                f"{self.fingerprint}, and these are {dataset.name} {dataset.fingerprint} from "
                f"{dataset.source}; give the study's own with --data"
            )


def stored_studies(connection: sqlalchemy.Connection, name: str | None = None) -> list[StoredStudy]:
    """Return the studies that this package made, by name; with `name` that one alone, if any.

    Raises:
        StudyFileError: a spec says what this version does not know; the message names the study.
    """
    if not has_studies_table(connection) or not _can_be_stored(name or ""):
        return []
    spec, dataset, total = (study_user_attributes.alias(each) for each in ("spec", "data", "total"))
    query = (
        select(
            studies.c.study_id,
            studies.c.study_name,
            spec.c.value_json.label("spec"),
            dataset.c.value_json.label("dataset"),
            total.c.value_json.label("total"),
        )
        .join(spec, _is_attribute(spec, attributes.SPEC))
        .join(dataset, _is_attribute(dataset, attributes.DATASET))
        .join(total, _is_attribute(total, attributes.TRIALS), isouter=True)
        .order_by(studies.c.study_name)
    )
    if name is not None:
        query = query.where(studies.c.study_name == name)
    return [_stored_study(row) for row in connection.execute(query)]


def _can_be_stored(name: str) -> bool:
    """Return whether a database takes it as text: UTF-8 without NUL."""
    try:
        return b"\0" not in name.encode()
    except UnicodeEncodeError:
        return False


def _is_attribute(table: sqlalchemy.FromClause, key: str) -> sqlalchemy.ColumnElement[bool]:
    return (table.c.study_id == studies.c.study_id) & (table.c.key == key)


def _stored_study(row: Any) -> StoredStudy:
    about = json.loads(row.dataset)
    return StoredStudy(
        id=row.study_id,
        name=row.study_name,
        spec=parse_spec(json.loads(row.spec), f"study '{row.study_name}'"),
        dataset=about["name"],
        fingerprint=about["fingerprint"],
        total=None if row.total is None else json.loads(row.total),
    )


def read_study(url: str, name: str) -> StoredStudy | None:
    """Read a study that this package made; None where there is none of that name.

    Raises:
        NotFoundError: no SQLite file there.
        StorageError: the database cannot be read.
    """
    with open_for_reading(url) as connection:
        return next(iter(stored_studies(connection, name)), None)


def require_study(storage: PatientStorage, name: str) -> None:
    """Check that a study which was there is there.

    Raises:
        NotFoundError: it was deleted.
    """
    if not storage.fetch(_id(name)):
        raise _deleted(name)


@contextmanager
def studies_kept(storage: PatientStorage, names: Sequence[str]) -> Iterator[None]:
    """Name the cause where the block fails because somebody deleted one of these studies.

    optuna-dashboard and `optuna delete-study` do so, also in mid-search. What workers wrote of it
    meanwhile is deleted, too.

    Raises:
        NotFoundError: one of these studies was deleted.
    """
    for name in names:
        require_study(storage, name)
    ids = {name: _ids(storage, name) for name in names}
    try:
        yield
    except Exception as error:
        if not is_transient(error):
            with suppress(sqlalchemy.exc.SQLAlchemyError):  # then it failed for another reason
                deleted = [name for name in names if _ids(storage, name) != ids[name]]
                if deleted:
                    _delete_orphans(storage)
                    raise _deleted(deleted[0]) from error
        raise


def _id(name: str) -> sqlalchemy.Select[Any]:
    return select(studies.c.study_id).where(studies.c.study_name == name)


def _ids(storage: PatientStorage, name: str) -> list[int]:
    return [row.study_id for row in storage.fetch(_id(name))]


def _delete_orphans(storage: PatientStorage) -> None:
    """Delete what belongs to no study any more: claims, and what SQLite lets stay.

    The next study gets the ids of a deleted one there, and so would get its trials.
    """
    of_optunas = [each for each in OF_TRIALS if each.metadata is OPTUNAS]
    owners = [
        (claims.c.study_name, studies.c.study_name),
        *((each.c.study_id, studies.c.study_id) for each in (trials, *OF_STUDIES)),
        *((each.c.trial_id, trials.c.trial_id) for each in of_optunas),
    ]
    with storage.engine.begin() as connection:
        for column, owner in owners:
            connection.execute(column.table.delete().where(~exists().where(owner == column)))


def _deleted(name: str) -> NotFoundError:
    return NotFoundError(
        f"the study '{name}' was deleted while it was in use; the same command of `har-search run` "
        "begins it anew"
    )
