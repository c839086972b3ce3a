from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import optuna
import pytest
import sqlalchemy

from har_search.errors import NotFoundError
from har_search.storage import schema
from har_search.storage.artifacts import folder_of
from har_search.storage.claims import claim_place
from har_search.storage.copying import Place, copy_study
from har_search.storage.database import open_for_writing
from har_search.storage.deletion import delete_study
from har_search.study.spec import StudySpec
from tests.conftest import Entry


def test_nothing_of_it_stays_and_all_of_others_does(
    url: str, kept: str, quick: StudySpec, fill: Callable[..., None], tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    url = url.replace("har-search.db", "to.db")  # not the file of `kept`
    copy_study(Place(kept, folder_of(kept)), "quick", Place(url, folder), "ours")
    fill(url, replace(quick, name="other"), [Entry(0.9)])

    def rows(storage: object) -> dict[str, int]:
        with storage.engine.connect() as connection:  # type: ignore[attr-defined]
            return {
                table.name: len(connection.execute(sqlalchemy.select(table)).all())
                for table in (*schema.OPTUNAS.tables.values(), *schema.OURS.tables.values())
            }

    with open_for_writing(url) as storage:
        schema.create_tables(storage.engine)
        before = rows(storage)
        copy_study(Place(kept, folder_of(kept)), "quick", Place(url, folder), "twin")
        assert claim_place(storage, "twin", 9, "a worker") is not None
    assert delete_study(url, "twin", folder) == 0  # its files are those of the study "ours", too
    with open_for_writing(url) as storage:
        assert rows(storage) == before
        assert sorted(optuna.get_all_study_names(storage)) == ["other", "ours"]
    there = len([*folder.iterdir()])
    assert delete_study(url, "ours", folder) == there > 0
    assert [*folder.iterdir()] == []
    with open_for_writing(url) as storage:
        assert optuna.get_all_study_names(storage) == ["other"]


def test_what_is_not_there_is_not_made(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no database"):
        delete_study(sqlite_url, "quick", None)
    assert [*tmp_path.iterdir()] == []
