from collections.abc import Callable
from dataclasses import replace

import pytest

from har_search.board.standings import Selection, leaderboard
from har_search.data.dataset import SIMULATED
from har_search.data.locate import Located
from har_search.errors import NotFoundError, OptionError
from har_search.storage.claims import claim_place, held_claims
from har_search.storage.database import open_for_writing
from har_search.storage.naming import rename_study
from har_search.storage.studies import read_study
from har_search.study.spec import StudySpec
from tests.conftest import Entry
from tests.helpers import search

Fill = Callable[..., None]


def test_all_that_is_known_of_a_study_goes_by_its_new_name(
    url: str, quick: StudySpec, fill: Fill
) -> None:
    fill(url, quick, [Entry(0.9), Entry(0.8)])
    with open_for_writing(url) as storage:
        storage.create_our_tables()
        assert claim_place(storage, "quick", 9, "a worker") is not None
    before = leaderboard(url, Selection(study="quick")).standings
    rename_study(url, "quick", "mine (2026)")
    after = leaderboard(url, Selection(study="mine (2026)")).standings
    assert [replace(each, study="quick", spec=quick) for each in after] == [*before]
    assert read_study(url, "quick") is None
    stored = read_study(url, "mine (2026)")
    assert stored is not None
    assert stored.spec == replace(quick, name="mine (2026)")
    with open_for_writing(url) as storage:
        assert len(held_claims(storage, "mine (2026)")) == 1


def test_its_search_goes_on_by_the_new_name(kept: str, located: Located, quick: StudySpec) -> None:
    rename_study(kept, "quick", "mine")
    search(kept, replace(quick, name="mine", epochs=4), located.dataset, 4, None)
    assert leaderboard(kept, Selection(study="mine")).finished == 4


def test_names_that_no_study_may_have(sqlite_url: str, quick: StudySpec, fill: Fill) -> None:
    with pytest.raises(NotFoundError, match="no database"):
        rename_study(sqlite_url, "quick", "new")
    fill(sqlite_url, quick, [Entry(0.9)])
    fill(sqlite_url, replace(quick, name="quick-simulated"), [Entry(0.9)], SIMULATED)
    fill(sqlite_url, replace(quick, name="other"), [])
    with pytest.raises(OptionError, match="there is a study 'other' already"):
        rename_study(sqlite_url, "quick", "other")
    for old, new in (("quick", "x-simulated"), ("quick-simulated", "x")):
        with pytest.raises(OptionError, match="have a name that ends in -simulated"):
            rename_study(sqlite_url, old, new)
    for wrong in ("", " ", "a\nb", "caf\udce9"):
        with pytest.raises(OptionError, match="give another name"):
            rename_study(sqlite_url, "quick", wrong)
    with pytest.raises(
        NotFoundError, match="no study 'gone'; there is other, quick, quick-simulated"
    ):
        rename_study(sqlite_url, "gone", "new")
    rename_study(sqlite_url, "quick-simulated", "x-simulated")
    stored = read_study(sqlite_url, "x-simulated")
    assert stored is not None
    assert stored.spec.name == "x"
