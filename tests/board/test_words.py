"""Standings in words."""

from har_search.board import words
from har_search.board.standings import Leaderboard


def test_the_leaders_line_names_each_track(board: Leaderboard) -> None:
    assert words.leaders_line(board) == (
        "Track A: trial 1 of ann|[bold], test 97.61 %, gap 1.99 pp, unconfirmed   "
        "Track B: trial 1 of ann|[bold], test 97.61 %, gap 1.99 pp, unconfirmed"
    )
