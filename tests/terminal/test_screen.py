"""What commands show: the data, the study, how a search ended, and what to run next."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from har_search.board.standings import Selection
from har_search.challenge.inputs import PERSON
from har_search.data import locate as locate_module
from har_search.data.dataset import SIMULATED, Dataset
from har_search.data.download import Archive
from har_search.errors import NotFoundError
from har_search.search.ending import Ending
from har_search.search.run import SearchOptions, SearchOutcome
from har_search.study.spec import StudySpec
from har_search.terminal.screen import (
    Format,
    locate_data,
    nothing_to_show,
    show_data,
    show_ending,
    show_leaderboard,
    show_study,
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
    ("ending", "done", "study", "start"),
    [
        (Ending.complete, 40, "homework", "The study has its 40 trials. Next: `har-search show"),
        (Ending.tracks, 12, "homework", "Track A and B: found, at 12 of 40 trials. Go on with"),
        (Ending.time, 12, "mine", "Out of time at 12 of 40 trials; all are kept. Go on with"),
        (Ending.interrupted, 0, "mine", "Interrupted at 0 of 40 trials; all are kept. Go on with"),
    ],
)
def test_an_ending_says_what_to_type_next(
    console: Console,
    ending: Ending,
    done: int,
    study: str,
    start: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = SearchOptions(trials=40, student="ann", until=("A", "B"))
    show_ending(SearchOutcome(study, done, ending), options, study, console)
    line = capsys.readouterr().out.strip()
    assert line.startswith(start)
    option = "" if study == "homework" else f" --study {study}"
    assert (f"`har-search run --trials 40{option}`" in line) == (done < 40)
    assert f"`har-search show TRIAL{option}`" in line
    assert f"`har-search confirm{option}`" in line


def test_what_to_type_names_the_study_as_it_was_given_and_as_it_is_stored(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = SearchOutcome("mine-simulated", 1, Ending.time)
    show_ending(outcome, SearchOptions(2, "ann"), "my studies/mine.toml", console)
    line = capsys.readouterr().out
    assert "--trials 2 --study my studies/mine.toml`" in line
    assert "show TRIAL --study mine-simulated`" in line


def test_nothing_to_show_names_what_would_show_something() -> None:
    assert nothing_to_show(Selection(), []).endswith("run `har-search run --trials 200` first.")
    assert "shows all" in nothing_to_show(Selection(track="A"), ["quick"])
    assert "shows all" in nothing_to_show(Selection(student="ann"), ["quick-simulated"])
    simulated = nothing_to_show(Selection(), ["lesson-simulated", "quick"])
    assert "`har-search leaderboard --study lesson-simulated` shows simulated ones" in simulated
    assert "No finished trial yet" in nothing_to_show(Selection(study="quick"), ["a-simulated"])


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
