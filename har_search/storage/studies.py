"""Studies as stored: the spec and the data that each one was made with."""

from __future__ import annotations

import json
from dataclasses import dataclass

import sqlalchemy

from har_search.data.dataset import SIMULATED, Dataset
from har_search.errors import StudyMismatchError
from har_search.storage import attributes
from har_search.storage.database import has_studies_table, open_for_reading
from har_search.study.file import parse_spec
from har_search.study.spec import StudySpec


def study_name(spec: StudySpec, dataset_name: str) -> str:
    """Return the study's name in the database: simulated data has studies of its own."""
    return f"{spec.name}-simulated" if dataset_name == SIMULATED else spec.name


@dataclass(frozen=True)
class StoredStudy:
    """A study in the database: its name there, its spec, and its data's name and fingerprint."""

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
    query = sqlalchemy.text(
        "SELECT a.key, a.value_json FROM studies s JOIN study_user_attributes a "
        "ON a.study_id = s.study_id WHERE s.study_name = :name"
    )
    with open_for_reading(url) as connection:
        if not has_studies_table(connection):
            return None
        found: dict[str, str] = dict(map(tuple, connection.execute(query, {"name": name})))
    if attributes.SPEC not in found:
        return None
    spec = parse_spec(json.loads(found[attributes.SPEC]), f"study '{name}'")
    dataset = json.loads(found[attributes.DATASET])
    return StoredStudy(name, spec, dataset["name"], dataset["fingerprint"])
