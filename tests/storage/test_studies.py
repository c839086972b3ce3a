import json
from collections.abc import Callable
from dataclasses import replace

import optuna
import pytest

from har_search.data.dataset import SIMULATED
from har_search.errors import StudyFileError
from har_search.storage import attributes
from har_search.storage.database import open_for_reading, open_for_writing
from har_search.storage.studies import read_study, stored_studies
from har_search.study.spec import StudySpec
from tests.conftest import Entry


def test_stored_studies_are_those_that_this_package_made(
    url: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    other = replace(quick, name="another", epochs=7)
    fill(url, quick, [Entry(0.9)])
    fill(url, other, [], SIMULATED)
    with open_for_writing(url) as storage:
        optuna.create_study(storage=storage, study_name="foreign")
        study = optuna.load_study(storage=storage, study_name="quick")
        study.set_user_attr(attributes.TRIALS, 40)
        about = study.user_attrs[attributes.DATASET]
        number = study._study_id
    with open_for_reading(url) as connection:
        first, second = stored_studies(connection)
        assert (first.name, first.spec, first.dataset, first.total) == (
            "another",
            other,
            SIMULATED,
            None,
        )
        assert (second.id, second.name, second.spec, second.total) == (number, "quick", quick, 40)
        assert (second.dataset, second.fingerprint) == (about["name"], about["fingerprint"])
        assert stored_studies(connection, "quick") == [second]
        assert stored_studies(connection, "foreign") == stored_studies(connection, "gone") == []
    assert read_study(url, "quick") == second
    for name in ("gone", "caf\udce9", "\0"):  # bytes that are no UTF-8 come from a command line
        assert read_study(url, name) is None


def test_a_database_without_tables_has_no_studies(postgresql_url: str) -> None:
    assert read_study(postgresql_url, "quick") is None


def test_a_spec_that_this_version_does_not_know_is_refused_by_name(
    sqlite_url: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    fill(sqlite_url, quick, [])
    with open_for_writing(sqlite_url) as storage:
        later = json.loads(json.dumps(quick.tables())) | {"network": {"file": "mine.py"}}
        optuna.load_study(storage=storage, study_name="quick").set_user_attr(attributes.SPEC, later)
    with (
        pytest.raises(StudyFileError, match=r"study 'quick': \[network\]: unknown key"),
        open_for_reading(sqlite_url) as connection,
    ):
        stored_studies(connection)
