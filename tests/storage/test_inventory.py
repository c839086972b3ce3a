from collections.abc import Callable
from dataclasses import replace

import optuna

from har_search.data.dataset import SIMULATED
from har_search.storage.artifacts import folder_of
from har_search.storage.database import open_for_writing
from har_search.storage.inventory import inventory
from har_search.study.spec import StudySpec
from tests.conftest import Entry


def test_each_study_is_summarised(url: str, quick: StudySpec, fill: Callable[..., None]) -> None:
    fill(url, replace(quick, name="empty"), [], SIMULATED)
    fill(url, quick, [Entry(0.9, 0.01), Entry(0.8, pruned=True), Entry(0.7, student="bob")])
    with open_for_writing(url) as storage:
        optuna.create_study(storage=storage, study_name="foreign")
    empty, full = inventory(url, None)
    assert (empty.name, empty.dataset, empty.finished, empty.students) == ("empty", SIMULATED, 0, 0)
    assert empty.best_score is None
    assert full.name == "quick"
    assert (full.trials, full.finished, full.students) == (3 + len(quick.starts), 3, 2)
    assert full.best_score == 0.9
    assert full.begun is not None
    assert full.last is not None
    assert full.begun <= full.last
    assert full.size > empty.size > 100


def test_files_count_where_their_folder_is_known(kept: str) -> None:
    folder = folder_of(kept)
    assert folder is not None
    (without,), (with_files,) = inventory(kept, None), inventory(kept, folder)
    files = sum(each.stat().st_size for each in folder.iterdir())
    assert with_files.size - without.size == files


def test_a_database_without_tables_holds_none(postgresql_url: str) -> None:
    assert inventory(postgresql_url, None) == []
