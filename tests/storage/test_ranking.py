"""The ranking query on both databases; what follows from its rows is in tests/board."""

from collections.abc import Callable

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from har_search.challenge.confirmed import Confirmation, Confirmed
from har_search.storage import confirmations
from har_search.storage.database import open_for_writing
from har_search.storage.ranking import SORTS, Selection, _query, rank
from har_search.storage.studies import read_study
from har_search.study.spec import StudySpec
from tests.conftest import Entry

ENTRIES = [
    Entry(0.970, 0.010, parameters=300),  # 1: A
    Entry(0.980, 0.030, "bob", parameters=100),  # 2: B
    Entry(0.950, 0.001, "cas", parameters=200, pruned=True),  # 3: no track
]


@pytest.fixture
def filled(url: str, quick: StudySpec, fill: Callable[..., None]) -> str:
    fill(url, quick, ENTRIES)
    return url


def numbers(url: str, **selection: object) -> list[int]:
    found = rank(url, Selection(**selection)).trials  # type: ignore[arg-type]
    return [trial.number for trial in found if trial.place is not None]


def test_each_sort_and_what_is_left_out(filled: str) -> None:
    by = {sort: numbers(filled, sort=sort) for sort in SORTS}
    assert by == {
        "score": [1, 2, 3],
        "test": [2, 1, 3],
        "gap": [3, 1, 2],
        "parameters": [2, 3, 1],
        "newest": [3, 2, 1],
    }
    assert numbers(filled, skip=1, top=1) == [2]
    assert numbers(filled, skip=2) == [3]
    assert numbers(filled, trial=2) == [2]


def test_a_student_is_found_by_the_name_stored_or_shown(
    filled: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    fill(filled, quick, [Entry(0.9, student="caf\udce9"), Entry(0.9, student="a\\b")])
    assert numbers(filled, student="caf\udce9") == numbers(filled, student="caf\\xe9") == [5]
    assert numbers(filled, student="a\\b") == [6]
    assert numbers(filled, student="a\\x") == []


def test_leaders_that_are_not_listed_come_last_and_have_no_place(filled: str) -> None:
    found = rank(filled, Selection(sort="gap", top=1))
    listed, *others = found.trials
    assert (listed.number, listed.place, listed.leads) == (3, 1, ())
    assert {(each.number, each.place, each.leads) for each in others} == {
        (1, None, ("track_a",)),
        (2, None, ("track_b",)),
    }
    assert (found.finished, found.ranked) == (3, 3)
    assert [study.name for study in found.studies] == ["quick"]
    assert rank(filled, Selection(track="A")).ranked == 1


def test_figures_and_numbers_are_exact(filled: str) -> None:
    first, *_ = rank(filled, Selection()).trials
    assert (first.study.name, first.score, first.confirmed) == ("quick", 0.97, None)
    assert first.figures["test_accuracy"] == 0.97
    assert first.figures["student"] == "ann"
    assert first.params["learning_rate"] == 0.0012345678901234567
    assert first.params["width"] == 128.0


def test_fresh_seeds_come_with_the_trial_they_are_of(filled: str) -> None:
    seeds = tuple(Confirmation(place, place, 0.96, 0.98) for place in range(2))
    with open_for_writing(filled) as storage:
        storage.create_our_tables()
        assert [trial.confirmed for trial in rank(filled, Selection()).trials] == [None] * 3
        confirmations.save(storage, "quick", 2, 7, 4, seeds)
        confirmations.save(storage, "quick", 3, 8, 4, seeds)  # of a trial before, with this id
    assert {trial.number: trial.confirmed for trial in rank(filled, Selection()).trials} == {
        1: None,
        2: Confirmed(4, seeds),
        3: None,
    }


def test_another_programs_database_has_no_ranking(url: str) -> None:
    with open_for_writing(url):
        pass
    assert rank(url, Selection()).trials == ()
    assert rank(url, Selection(study="gone", confirmed=True)).studies == ()


def test_no_part_is_carried_out_twice(
    sqlite_url: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    fill(sqlite_url, quick, ENTRIES)
    study = read_study(sqlite_url, "quick")
    assert study is not None
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        query = _query(Selection(top=1), [study], dialect.name, any_confirmed=True, won={})
        text = " ".join(str(query.compile(dialect=dialect)).split())
        for part in ("finished", "led", "listed"):
            assert f"{part} AS MATERIALIZED (" in text
