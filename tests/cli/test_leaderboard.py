"""`leaderboard` and `show` on the command line.

Covers `cli/looking.py`; its other commands are in tests/report and tests/web.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from har_search.cli import looking
from har_search.storage.database import open_for_writing
from har_search.study.file import load_spec
from har_search.terminal import screen
from tests.conftest import Entry, Ran

HarSearch = Callable[..., Ran]
URL = "sqlite:///har-search.db"


@pytest.fixture
def database(fill: Callable[..., None]) -> None:
    fill(URL, load_spec("lesson"), [Entry(0.97, 0.01), Entry(0.98, 0.03, "bob")])
    simulated = replace(load_spec("lesson"), name="lesson-simulated")
    fill(URL, simulated, [Entry(0.99, 0.01)], dataset="simulated")


@pytest.mark.usefixtures("database")
def test_the_whole_table(har_search: HarSearch) -> None:
    ran = har_search("leaderboard")
    assert ran.code == 0
    lines = [line.rstrip() for line in ran.out.splitlines()]
    assert lines[0] == (
        "Track A: trial 1 of ann, test 97.00 %, gap 1.00 pp, not yet confirmed   "
        "Track B: trial 2 of bob, test 98.00 %, gap 3.00 pp, not yet confirmed"
    )
    assert lines[2].split()[:3] == ["#", "trial", "student"]
    assert lines[3].split()[:7] == ["1", "1", "ann", "97.00", "98.00", "1.00", "97.00"]
    assert lines[4].split()[:7] == ["2", "2", "bob", "98.00", "101.00", "3.00", "97.00"]
    assert lines[-1].startswith("2 of 2 finished trials; each figure was selected on the test set")


@pytest.mark.usefixtures("database")
def test_each_format_and_filter(har_search: HarSearch, tmp_path: Path) -> None:
    rows = json.loads(har_search("leaderboard", "--format", "json").out)
    assert [row["trial"] for row in rows] == [1, 2]
    assert har_search("leaderboard", "--format", "csv", "--top", 1).out.count("\n") == 2
    assert har_search("leaderboard", "--format", "markdown").out.startswith("| # | trial |")
    rows = json.loads(har_search("leaderboard", "--track", "B", "--format", "json").out)
    assert [row["student"] for row in rows] == ["bob"]
    rows = json.loads(har_search("leaderboard", "--sort", "test", "--format", "json").out)
    assert [row["trial"] for row in rows] == [2, 1]
    arguments = ("--best-per-student", "--student", "ann", "--format", "json")
    assert len(json.loads(har_search("leaderboard", *arguments).out)) == 1
    simulated = har_search("leaderboard", "--study", "lesson-simulated", "--format", "json")
    assert [row["dataset"] for row in json.loads(simulated.out)] == ["simulated"]
    path = tmp_path / "own.toml"
    path.write_text('[study]\nname = "lesson"\n[search]\nwidth = [8, 16]\n')
    assert "Track A: trial 1" in har_search("leaderboard", "--study", path).out


def test_an_empty_database_says_what_to_run(har_search: HarSearch) -> None:
    with open_for_writing(URL):
        pass
    ran = har_search("leaderboard")
    assert (ran.code, ran.out) == (
        0,
        "No finished trial yet; run `har-search run --trials 200` first.\n",
    )
    assert json.loads(har_search("leaderboard", "--format", "json").out) == []
    assert har_search("leaderboard", "--format", "csv").out.startswith("rank,study,trial,student")
    assert har_search("leaderboard", "--format", "markdown").code == 0


def test_simulated_trials_alone_are_pointed_at(
    har_search: HarSearch, fill: Callable[..., None]
) -> None:
    spec = replace(load_spec("lesson"), name="lesson-simulated")
    fill(URL, spec, [Entry(0.99)], dataset="simulated")
    assert "--study lesson-simulated` shows simulated ones" in har_search("leaderboard").out


def test_no_name_commands_the_terminal_or_forges_a_line(
    har_search: HarSearch, fill: Callable[..., None]
) -> None:
    forged = "ann\n9 9 bob 99.99\x1b[2J"
    fill(URL, load_spec("lesson"), [Entry(0.97, 0.01, forged)])
    for arguments in (["leaderboard"], ["show", "1"], ["leaderboard", "--format", "csv"]):
        out = har_search(*arguments).out
        assert "ann\\n9 9 bob 99.99\\x1b[2J" in out
        assert "\x1b" not in out
    ran = har_search("leaderboard", "--study", "\x1b[2J\n")
    assert "\\x1b[2J" in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.usefixtures("database")
def test_confirmed_before_any_is_confirmed_names_confirm(har_search: HarSearch) -> None:
    ran = har_search("leaderboard", "--confirmed", "--track", "a")
    assert (ran.code, ran.out) == (
        0,
        "No entry is confirmed yet, of 1 finished trial; `har-search confirm` trains the best "
        "again with fresh seeds.\n",
    )


def test_a_dashboard_before_any_search_says_how_to_start_one(har_search: HarSearch) -> None:
    ran = har_search("dashboard", "--port", 0)
    assert ran.code == 1
    assert "no database at har-search.db; `har-search run` makes one" in ran.err
    assert "Start a search in another terminal, in the same folder" in ran.err


@pytest.mark.usefixtures("database")
def test_filters_that_nothing_fits_say_so(har_search: HarSearch) -> None:
    ran = har_search("leaderboard", "--student", "nobody")
    assert ran.code == 0
    assert ran.out.startswith("No finished trial fits these filters")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--storage", "sqlite:///mistyped.db"], 1, "no database at mistyped.db"),
        (["--storage", "mistyped"], 1, "not a database URL"),
        (["--study", "lessn"], 1, "no study 'lessn'; there is lesson, lesson-simulated"),
        (["--track", "C"], 2, "--track: no track C here: there is A and B; see"),
        (["--track", "A,B"], 2, "there is A and B. --track takes one, as in `--track A`; see"),
        (["--sort", "luck"], 2, "Invalid value for '--sort'"),
        (["--top", "0"], 2, "Invalid value for '--top'"),
        (["--watch", "--format", "json"], 1, "--watch shows a table"),
        (["--trak", "A"], 2, "No such option: --trak"),
    ],
)
@pytest.mark.usefixtures("database")
def test_bad_input_is_one_line_and_creates_nothing(
    har_search: HarSearch, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    before = sorted(tmp_path.iterdir())
    ran = har_search("leaderboard", *arguments)
    assert (ran.code, ran.out) == (code, "")
    (line,) = ran.err.splitlines()
    assert line.startswith("error: ")
    assert message in line
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.usefixtures("database")
def test_watching_shows_it_again_until_ctrl_c(
    har_search: HarSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(looking.time, "sleep", nap)
    ran = har_search("leaderboard", "--watch")
    assert ran.code == 130
    assert ran.out.count("Track A: trial 1") == 2


def test_no_arguments_show_the_help_and_version_the_version(har_search: HarSearch) -> None:
    assert "leaderboard" in har_search().out
    assert har_search("--version").out.startswith("har-search 0.")
    assert "No such command 'lederboard'" in har_search("lederboard").err


def test_a_pipe_gets_wide_lines() -> None:
    assert screen.screen().width == 200


@pytest.mark.usefixtures("database")
def test_show_tells_figures_differences_and_source(har_search: HarSearch) -> None:
    ran = har_search("show", 1, "--study", "lesson")
    assert ran.code == 0
    assert "trial 1 of study lesson" in ran.out
    assert "test 97.00 %, train 98.00 %, gap 1.00 pp, score 97.00: qualifies for track A" in ran.out
    assert "  dropout 0.1 instead of 0.3" in ran.out
    assert "  learning rate 0.001235 instead of 0.001" in ran.out
    namespace: dict[str, object] = {}
    exec(ran.out[ran.out.index("from torch") :], namespace)
    assert str(namespace["model"]).startswith("Sequential(\n  (0): Linear(in_features=561, out_")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["9"], "no finished trial 9 in any study"),
        (["0", "--study", "lesson"], "no finished trial 0 in study 'lesson'"),
        (["1"], "trial 1 is in several studies (lesson-simulated, lesson); add --study NAME"),
        (["1", "--study", "lessn"], "no study 'lessn'; there is lesson, lesson-simulated"),
        (["1", "--storage", "sqlite:///gone.db"], "no database at gone.db"),
    ],
)
@pytest.mark.usefixtures("database")
def test_show_names_what_it_cannot_find(
    har_search: HarSearch, arguments: list[str], message: str
) -> None:
    ran = har_search("show", *arguments)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"error: {message}\n" or message in ran.err
