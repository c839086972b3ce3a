"""Standings as JSON, CSV and Markdown."""

import csv
import io
import json
from dataclasses import replace

import pytest

from har_search.board import formats
from har_search.board.standings import Leaderboard


def test_json_is_a_list_of_objects_with_fractions(board: Leaderboard) -> None:
    rows = json.loads(formats.to_json(board))
    assert [row["test_accuracy"] for row in rows] == [0.9761, 0.91234]
    assert rows[0]["tracks"] == ["A", "B"]
    assert rows[0]["params"]["width"] == 128


def test_csv_has_a_column_for_each_hyperparameter(board: Leaderboard) -> None:
    first, second = csv.DictReader(io.StringIO(formats.to_csv(board)))
    assert (first["tracks"], second["tracks"]) == ("A B", "")
    assert float(first["learning_rate"]) == 0.0012345678901234567
    assert first["student"] == "ann|[bold]"


def test_markdown_escapes_what_would_break_it(board: Leaderboard) -> None:
    lines = formats.to_markdown(board).splitlines()
    assert lines[0].startswith("| # | trial | student | test % |")
    assert "ann\\|\\[bold\\]" in lines[2]
    assert len(lines) == 4


@pytest.fixture
def named_by_an_attacker(board: Leaderboard) -> Leaderboard:
    first, second = board.standings
    standings = (
        replace(first, student="=cmd|' /C calc'!A0"),
        replace(second, student="<b>\n\x1b[2J"),
    )
    return replace(board, standings=standings)


def test_csv_has_no_cell_that_begins_a_formula(named_by_an_attacker: Leaderboard) -> None:
    text = formats.to_csv(named_by_an_attacker)
    first, second = csv.DictReader(io.StringIO(text))
    assert first["student"] == "'=cmd|' /C calc'!A0"
    assert second["student"] == "<b>\\n\\x1b[2J"
    assert text.count("\n") == 2


def test_markdown_lets_neither_html_nor_lines_pass(named_by_an_attacker: Leaderboard) -> None:
    lines = formats.to_markdown(named_by_an_attacker).splitlines()
    assert len(lines) == 4
    assert "| \\<b\\> \\\\x1b\\[2J |" in lines[3]
