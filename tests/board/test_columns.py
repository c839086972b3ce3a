import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from har_search.board import formats, words
from har_search.board.columns import COLUMNS, shown_columns
from har_search.board.standings import Leaderboard, leaderboard
from har_search.challenge.confirmed import ConfirmedSummary
from har_search.study.file import load_spec
from har_search.terminal.table import table
from tests.conftest import Entry


@pytest.fixture
def board(sqlite_url: str, fill: Callable[..., None]) -> Leaderboard:
    fill(
        sqlite_url,
        load_spec("lesson"),
        [Entry(0.9761, 0.0199, "ann|[bold]", parameters=82726), Entry(0.91234, 0.08)],
    )
    return leaderboard(sqlite_url)


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
    assert "ann\\|[bold]" in lines[2]
    assert len(lines) == 4


def test_the_leaders_line_names_each_track(board: Leaderboard) -> None:
    assert words.leaders_line(board) == (
        "Track A: trial 1 of ann|[bold], test 97.61 %, gap 1.99 pp, unconfirmed   "
        "Track B: trial 1 of ann|[bold], test 97.61 %, gap 1.99 pp, unconfirmed"
    )


def test_every_column_says_what_it_is() -> None:
    assert len({column.key for column in COLUMNS}) == len(COLUMNS)
    for column in COLUMNS:
        assert column.explanation
        assert column.left == ("number" not in column.classes.split())
    ascending = {column.sort: column.ascending for column in COLUMNS if column.sort}
    assert ascending == {
        "newest": False,
        "test": False,
        "gap": True,
        "score": False,
        "parameters": True,
    }


def test_columns_that_say_nothing_are_left_out_unless_kept(board: Leaderboard) -> None:
    keys = [column.key for column in shown_columns(board.standings, without=["parameters"])]
    assert not {"study", "test_accuracy_sd", "inputs", "confirmed", "parameters"} & {*keys}
    kept = [column.key for column in shown_columns(board.standings, keep=["study", "inputs"])]
    assert [each for each in kept if each not in ("study", "inputs", "parameters")] == keys
    first = board.standings[0]
    summary = ConfirmedSummary(3, 0.97, 0.001, 0.01, 0.002, {"A": "stands", "B": "not shown"})
    confirmed = replace(first, study="other", confirmed=summary, inputs="person", replicas=2)
    columns = {each.key: each for each in shown_columns([first, confirmed])}
    assert list(columns) == [column.key for column in COLUMNS]
    assert columns["confirmed"].text(confirmed) == "97.00 ± 0.10 (3) A"
    assert columns["confirmed"].text(first) == ""
    assert columns["inputs"].text(confirmed) == "calibrated"
    assert words.borne_out(confirmed, "A") == "confirmed"
    assert words.borne_out(confirmed, "B") == "not confirmed"
