"""Standings on a terminal, wide or narrow."""

import io

import pytest
from rich.console import Console

from har_search.board.standings import Leaderboard
from har_search.terminal.table import table


def text(board: Leaderboard, width: int) -> str:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(table(board.standings, console))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_wide_table_has_every_column_in_percent(board: Leaderboard) -> None:
    heading, first, second = (line.split() for line in text(board, 200).splitlines())
    assert " ".join(heading) == (
        "# trial student test % train % gap pp score tracks width dropout BN lr batch "
        "parameters epoch"
    )
    assert first[:9] == ["1", "1", "ann|[bold]", "97.61", "99.60", "1.99", "97.61", "A", "B"]
    assert first[-2:] == ["82,726", "3"]
    assert second[3:7] == ["91.23", "99.23", "8.00", "85.23"]


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_narrow_screen_drops_columns_whole_and_says_which(board: Leaderboard, width: int) -> None:
    lines = text(board, width).splitlines()
    assert "…" not in "".join(lines[:3])
    for heading in ("#", "trial", "test %", "gap pp"):
        assert heading in lines[0]
    assert "a wider window also shows" in " ".join(lines[3:])
