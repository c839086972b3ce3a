"""Who wins a track by fresh seeds, on both databases."""

from collections.abc import Callable

import pytest

from har_search.board.standings import Leaderboard, Selection, leaderboard
from har_search.challenge.confirmed import Confirmation
from har_search.search.upkeep import earlier_leaders
from har_search.storage import confirmations
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from tests.conftest import Entry

ENTRIES = [
    Entry(0.990, 0.010),  # 1: the highest figure, by luck
    Entry(0.980, 0.010, "bob"),  # 2
    Entry(0.970, 0.030, "cas"),  # 3: no track by its own seed
    Entry(0.985, 0.030),  # 4: the second figure on track B, which nobody confirmed
]


@pytest.fixture
def filled(url: str, quick: StudySpec, fill: Callable[..., None]) -> str:
    fill(url, quick, ENTRIES)
    return url


def confirm(url: str, trial: int, mean: float, gap: float = 0.01, trial_seed: int = 7) -> None:
    """Keep ten seeds' figures of a trial, all close to these."""
    found = [
        Confirmation(place, place, test := mean + (place % 3 - 1) / 10_000, test + gap)
        for place in range(10)
    ]
    with open_for_writing(url) as storage:
        storage.create_our_tables()
        confirmations.save(storage, "quick", trial, trial_seed, 10, found)


def leaders(url: str, **selection: object) -> dict[str, int | None]:
    board = leaderboard(url, Selection(**selection))  # type: ignore[arg-type]
    return {track: each and each.trial for track, each in board.leaders.items()}


def test_the_best_figure_leads_where_no_entry_holds(filled: str) -> None:
    assert leaders(filled) == {"A": 1, "B": 1}
    confirm(filled, 1, 0.95)
    assert leaders(filled) == {"A": 1, "B": 1}
    first = leaderboard(filled).leaders["A"]
    assert first is not None
    assert first.confirmed is not None
    assert first.confirmed.verdicts == {"A": "misses", "B": "misses"}


def test_what_holds_wins_over_a_higher_figure(filled: str) -> None:
    confirm(filled, 1, 0.95)
    confirm(filled, 2, 0.965)
    assert leaders(filled) == {"A": 2, "B": 1}
    confirm(filled, 3, 0.978)  # holds on both, though its own seed was on none
    assert leaders(filled) == {"A": 3, "B": 3}
    confirm(filled, 3, 0.978, gap=0.03)
    assert leaders(filled) == {"A": 2, "B": 3}


def test_the_higher_mean_wins_then_the_smaller_gap(filled: str) -> None:
    confirm(filled, 1, 0.976)
    confirm(filled, 2, 0.977)
    assert leaders(filled) == {"A": 2, "B": 2}
    confirm(filled, 1, 0.977, gap=0.005)
    assert leaders(filled) == {"A": 1, "B": 1}


def test_a_winner_is_of_those_selected_and_need_not_be_listed(filled: str) -> None:
    confirm(filled, 3, 0.978)
    assert leaders(filled, student="ann") == {"A": 1, "B": 1}
    assert leaders(filled, student="cas") == {"A": 3, "B": 3}
    assert leaders(filled, trial=2) == {"A": 2, "B": 2}
    board: Leaderboard = leaderboard(filled, Selection(top=1))
    assert [each.trial for each in board.standings] == [1]
    assert board.leaders["A"] is not None
    assert (board.leaders["A"].trial, board.leaders["A"].rank) == (3, None)


def test_seeds_of_a_trial_that_had_the_id_before_do_not_win(filled: str) -> None:
    confirm(filled, 2, 0.978, trial_seed=8)
    assert leaders(filled) == {"A": 1, "B": 1}


def test_a_search_knows_the_tracks_that_are_found(filled: str) -> None:
    confirm(filled, 3, 0.978)
    found = {each.number: each.tracks for each in earlier_leaders(filled, "quick")}
    assert found == {1: ("A", "B"), 3: ("A", "B")}
