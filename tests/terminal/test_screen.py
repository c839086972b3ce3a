"""What commands show: the data, the study, how a search ended, and what to run next."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from har_search.board.standings import Leaderboard, Selection
from har_search.challenge.inputs import PERSON
from har_search.data import locate as locate_module
from har_search.data.dataset import SIMULATED, Dataset
from har_search.data.download import Archive
from har_search.errors import NotFoundError
from har_search.search.ending import Ending
from har_search.search.run import SearchOptions, SearchOutcome
from har_search.study.spec import StudySpec
from har_search.terminal.hints import Hints
from har_search.terminal.screen import (
    Format,
    locate_data,
    nothing_to_show,
    show_data,
    show_ending,
    show_leaderboard,
    show_study,
    show_table,
)


@pytest.fixture
def console() -> Console:
    return Console(width=60)


def test_data_and_study_are_a_line_each_in_which_names_are_text(
    console: Console, small: Dataset, quick: StudySpec, capsys: pytest.CaptureFixture[str]
) -> None:
    show_data(replace(small, source="[bold]x[/].zip"), console)
    show_study(replace(quick, description="of [red]"), replace(small, name=SIMULATED), console)
    show_study(replace(quick, description="", inputs=PERSON), small, console)
    assert capsys.readouterr().out.splitlines() == [
        f"data   uci-har {small.fingerprint}: 200 training and 100 test windows from "
        "[bold]x[/].zip",
        "study  quick-simulated: of [red]",
        "study  quick (calibrated per person)",
    ]


@pytest.mark.parametrize(
    ("ending", "done", "start"),
    [
        (Ending.complete, 40, "The study has its 40 trials."),
        (Ending.tracks, 12, "Track A and B: found, at 12 of 40 trials. Go on with"),
        (Ending.time, 12, "Out of time at 12 of 40 trials; all are kept. Go on with"),
        (Ending.interrupted, 0, "Interrupted at 0 of 40 trials; all are kept. Go on with"),
    ],
)
def test_an_ending_says_what_to_type_next_a_line_each(
    console: Console, ending: Ending, done: int, start: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = SearchOptions(trials=40, student="ann", until=("A", "B"))
    told = {name: {"--study": "mine"} for name in ("run", "show", "confirm")}
    best = 7 if done else None
    show_ending(SearchOutcome("mine", done, ending), options, console, Hints(told), best=best)
    first, *lines = capsys.readouterr().out.strip().splitlines()
    assert first == start
    again = ["  har-search run --trials 40 --study mine"] if done < 40 else []
    following = ["  har-search show 7 --study mine", "  har-search confirm --study mine"]
    assert [line for line in lines if line.startswith("  ")] == again + following * bool(done)


def test_nothing_to_show_names_what_would_show_something(sqlite_url: str) -> None:
    def told(selection: Selection, names: list[str]) -> str:
        return nothing_to_show(sqlite_url, selection, names)

    assert told(Selection(), []).endswith("run `har-search run --trials 200` first.")
    assert "shows all" in told(Selection(track="A"), ["quick"])
    assert "shows all" in told(Selection(student="ann"), ["quick-simulated"])
    simulated = told(Selection(), ["lesson-simulated", "quick"])
    assert "`har-search leaderboard --study lesson-simulated` shows simulated ones" in simulated
    assert "No finished trial yet" in told(Selection(study="quick"), ["a-simulated"])


@pytest.mark.usefixtures("board")
def test_where_none_is_confirmed_the_command_that_confirms_is_named(sqlite_url: str) -> None:
    told = nothing_to_show(sqlite_url, Selection(confirmed=True), ["lesson"])
    assert told.startswith("No entry is confirmed yet, of 2 finished trials; `har-search confirm`")


@pytest.mark.parametrize("width", [80, 100])
def test_lines_on_a_terminal_end_between_words(board: Leaderboard, width: int) -> None:
    console = Console(width=width, force_terminal=True, color_system=None, file=io.StringIO())
    show_table(board, console, Hints({"confirm": {"--storage": f"sqlite:///{'long' * 20}.db"}}))
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    commands = [line for line in lines if "`har-search" in line]
    assert len(commands) == 1
    assert commands[0].count("`") == 2  # to copy: the terminal folds it
    assert all(len(line.rstrip()) <= width for line in lines if line not in commands)
    assert [line.split(":")[0] for line in lines[:2]] == ["Track A", "Track B"]


@pytest.mark.usefixtures("board")
def test_a_study_that_is_not_there_is_refused_in_every_format(
    console: Console, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for each in Format:
        with pytest.raises(NotFoundError, match="no study 'lessn'; there is lesson"):
            show_leaderboard(sqlite_url, Selection(study="lessn"), console, each)
    assert capsys.readouterr().out == ""


def test_a_fallback_to_simulated_data_cannot_be_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = Archive("http://127.0.0.1:9/data.zip", 1, "0" * 64)
    monkeypatch.setattr(locate_module, "UCI_ARCHIVES", (nobody,))
    assert locate_data("auto").dataset.name == SIMULATED
    assert "These are SIMULATED data, not the homework's" in capsys.readouterr().err
    assert locate_data("simulated").fallback_reason is None
    assert capsys.readouterr().err == ""  # it was asked for
