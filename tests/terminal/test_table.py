"""Standings on a terminal, wide or narrow."""

import io
from collections.abc import Sequence

import pytest
from rich.console import Console

from har_search.board.standings import Leaderboard, Standing
from har_search.study.spec import LESSON
from har_search.terminal.table import show_rows, table
from tests.helpers import standing


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
    assert "score" in lines[0] or "a wider window also shows" in " ".join(lines[3:])
    assert "in each row: epoch 3" in " ".join(lines[3:])


def test_what_says_the_same_of_all_goes_first_and_what_the_search_is_about_last() -> None:
    """The default study's columns at 80 characters: of one student, then of several."""

    def listed(names: Sequence[str]) -> list[Standing]:
        return [
            standing(
                rank=place,
                trial=100 + place,
                student=name,
                params={**LESSON, "width": 60 + place, "dropout": place / 20},
                parameters=40_000 + place,
                epoch=place,
            )
            for place, name in enumerate(names, 1)
        ]

    def shown(names: Sequence[str], width: int) -> tuple[list[str], str]:
        console = Console(width=width, file=io.StringIO(), color_system=None)
        console.print(table(listed(names), console))
        assert isinstance(console.file, io.StringIO)
        heading, *lines = console.file.getvalue().splitlines()
        return heading.split(), " ".join(lines[len(names) :])

    about = ["width", "dropout", "BN", "lr", "batch"]
    heading, note = shown(["ann", "ann"], 80)
    assert "student" not in heading
    assert {*about[:2]} < {*heading}
    assert "student ann" in note
    heading, note = shown(["ann", "christopher"], 80)
    assert {"student", *about[:2]} < {*heading}
    assert shown(["ann", "christopher"], 160)[1] == ""


def test_rows_are_a_table_where_it_fits_and_else_a_block_each(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [["16", "95.28 ± 1.41", "not shown (10 %)"], ["157", "[b]", ""]]
    show_rows(["trial", "test %: mean ± sd"], ["track A"], rows, Console(width=60))
    assert capsys.readouterr().out.splitlines()[0].split()[:3] == ["trial", "test", "%:"]
    show_rows(["trial", "test %: mean ± sd"], ["track A"], rows, Console(width=40))
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "trial 16",
        "  test %: mean ± sd  95.28 ± 1.41",
        "  track A            not shown (10 %)",
        "",
        "trial 157",
        "  test %: mean ± sd  [b]",
    ]
