"""Studies as stored: the spec and the data that each one was made with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy

from har_search.data.dataset import SIMULATED, Dataset
from har_search.errors import StudyMismatchError
from har_search.storage import attributes
from har_search.storage.database import has_studies_table, open_for_reading
from har_search.storage.schema import studies, study_user_attributes
from har_search.study.file import parse_spec
from har_search.study.spec import StudySpec


def study_name(spec: StudySpec, dataset_name: str) -> str:
    """Return the study's name in the database: simulated data has studies of its own."""
    return f"{spec.name}-simulated" if dataset_name == SIMULATED else spec.name


@dataclass(frozen=True)
class StoredStudy:
    """A study in the database: its id and name there, its spec, its data's name and fingerprint."""

    id: int
    name: str
    spec: StudySpec
    dataset: str
    fingerprint: str

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


def read_study(url: str, name: str) -> StoredStudy | None:
    """Read a study that this package made; None where there is none of that name.

    Raises:
        NotFoundError: no SQLite file there.
        StorageError: the database cannot be read.
    """
    with open_for_reading(url) as connection:
        return next(iter(stored_studies(connection, name)), None)


def stored_studies(connection: sqlalchemy.Connection, name: str | None = None) -> list[StoredStudy]:
    """Read the studies that this package made, by name; with `name` that one alone, if it is there.

    Raises:
        StudyFileError: a spec is not understood.
    """
    if not has_studies_table(connection):
        return []
    spec, data = (study_user_attributes.alias(each) for each in ("spec", "data"))
    query = (
        sqlalchemy.select(
            *studies.c["study_id", "study_name"],
            spec.c.value_json.label("spec"),
            data.c.value_json.label("data"),
        )
        .join(spec, (spec.c.study_id == studies.c.study_id) & (spec.c.key == attributes.SPEC))
        .join(data, (data.c.study_id == studies.c.study_id) & (data.c.key == attributes.DATASET))
        .order_by(studies.c.study_name)
    )
    if name is not None:
        query = query.where(studies.c.study_name == name)
    return [_stored(row) for row in connection.execute(query)]


def _stored(row: Any) -> StoredStudy:
    dataset = json.loads(row.data)
    return StoredStudy(
        id=row.study_id,
        name=row.study_name,
        spec=parse_spec(json.loads(row.spec), f"study '{row.study_name}'"),
        dataset=dataset["name"],
        fingerprint=dataset["fingerprint"],
    )
