import json
from collections.abc import Callable
from dataclasses import replace

import optuna
import pytest
import sqlalchemy

from har_search.data.dataset import SIMULATED
from har_search.errors import NotFoundError, StudyFileError
from har_search.storage import attributes
from har_search.storage.claims import claim_place, held_claims
from har_search.storage.database import open_for_reading, open_for_writing
from har_search.storage.patient import PatientStorage
from har_search.storage.schema import OPTUNAS
from har_search.storage.studies import read_study, require_study, stored_studies, studies_kept
from har_search.study.spec import StudySpec
from tests.conftest import Entry
from tests.helpers import ELSEWHERE, change


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


def delete(storage: PatientStorage, name: str) -> None:
    optuna.delete_study(study_name=name, storage=storage)


def make_anew(storage: PatientStorage, name: str) -> None:
    other = optuna.create_study(storage=storage, study_name="other")
    delete(storage, name)
    optuna.create_study(storage=storage, study_name=name)
    assert other.trials == []


@pytest.mark.parametrize("lose", [delete, make_anew])
def test_a_deleted_study_is_named_whatever_failed(
    storage: PatientStorage, lose: Callable[..., None]
) -> None:
    assert claim_place(storage, "quick", 3, ELSEWHERE) is not None

    def fail() -> None:
        lose(storage, "quick")
        raise KeyError("Record does not exist.")

    with (
        pytest.raises(NotFoundError, match="the study 'quick' was deleted while"),
        studies_kept(storage, ["quick"]),
    ):
        fail()
    assert len(held_claims(storage, "quick")) == (0 if lose is delete else 1)


def test_other_failures_stay_as_they_are(storage: PatientStorage) -> None:
    assert claim_place(storage, "quick", 3, ELSEWHERE) is not None
    require_study(storage, "quick")
    with pytest.raises(ZeroDivisionError), studies_kept(storage, ["quick"]):
        raise ZeroDivisionError
    assert len(held_claims(storage, "quick")) == 1


def test_a_study_that_is_not_there_is_refused(storage: PatientStorage) -> None:
    with pytest.raises(NotFoundError), studies_kept(storage, ["gone"]):
        pass
    with pytest.raises(NotFoundError):
        require_study(storage, "gone")


def test_what_was_written_while_a_study_was_deleted_goes_with_it(
    sqlite_url: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    """SQLite lets a trial stay whose study is gone, and gives its ids to the next study."""
    fill(sqlite_url, quick, [Entry(0.9)])
    fill(sqlite_url, replace(quick, name="another"), [Entry(0.8)])
    change(sqlite_url, "DELETE FROM studies WHERE study_name = 'another'")

    def rows(storage: PatientStorage) -> dict[str, int]:
        count = sqlalchemy.select(sqlalchemy.func.count())
        tables = [each for each in OPTUNAS.tables.values() if each.name != "alembic_version"]
        return {each.name: storage.fetch(count.select_from(each))[0][0] for each in tables}

    def delete_and_miss(storage: PatientStorage) -> None:
        delete(storage, "quick")
        require_study(storage, "quick")

    with (
        pytest.raises(NotFoundError),
        open_for_writing(sqlite_url) as storage,
        studies_kept(storage, ["quick"]),
    ):
        delete_and_miss(storage)
    with open_for_writing(sqlite_url) as storage:
        assert set(rows(storage).values()) == {0}
