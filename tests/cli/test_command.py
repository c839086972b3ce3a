"""What every command does: hints with the options that it was given, and help that fits."""

import re
import shlex
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from har_search.cli import COMMANDS, app
from har_search.cli.command import hints_of
from har_search.search import run as run_module
from har_search.storage.database import open_for_writing
from har_search.study.file import load_spec
from tests.conftest import Entry, Ran

HarSearch = Callable[..., Ran]


def commands_in(out: str) -> list[list[str]]:
    """Return the command lines that have a line of their own, in words."""
    return [shlex.split(line) for line in out.splitlines() if line.startswith("  har-search ")]


@pytest.mark.parametrize(
    ("typed", "environment", "then", "options"),
    [
        ("run", {}, "run", ""),
        ("run --storage sqlite:///x.db", {}, "show", "--storage sqlite:///x.db"),
        ("run --storage sqlite:///har-search.db", {}, "show", ""),
        (
            "run --storage sqlite:///har-search.db",
            {"HAR_SEARCH_STORAGE": "sqlite:///other.db"},
            "show",
            "--storage sqlite:///har-search.db",
        ),
        ("run", {"HAR_SEARCH_STORAGE": "sqlite:///other.db"}, "show", ""),
        ("run --student 'Ada L'", {}, "run", "--student 'Ada L'"),
        ("run --student 'Ada L'", {}, "leaderboard", ""),  # whose option filters
        ("leaderboard --student bob --top 3", {}, "leaderboard", ""),
        ("leaderboard --student bob", {}, "run", ""),
        ("run --until A --timeout 90s", {}, "run", "--timeout 90 --until A"),
        ("run --data 'my data.zip' --workers 2", {}, "confirm", "--data 'my data.zip' --workers 2"),
        ("run --data 'my data.zip' --workers 2", {}, "show", ""),
        ("run --study robust --artifacts kept", {}, "export", "--study robust --artifacts kept"),
        ("run --study robust", {}, "dashboard", ""),
        (
            "run --storage postgresql+psycopg://ann:secret@db/x",
            {},
            "show",
            "--storage 'postgresql+psycopg://ann:***@db/x'",
        ),
        ("confirm 7 --seeds 3 --workers auto", {}, "confirm", ""),
    ],
)
def test_a_hint_has_the_options_that_the_next_command_needs(
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    environment: dict[str, str],
    then: str,
    options: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    group = typer.main.get_command(app)
    root = group.make_context("har-search", [], resilient_parsing=True)
    name, *arguments = shlex.split(typed)
    context = group.commands[name].make_context(name, arguments, parent=root)  # type: ignore[attr-defined]
    found = shlex.split(hints_of(context).command(then))[2:]
    expected = shlex.split(options)
    assert sorted(zip(found[::2], found[1::2], strict=True)) == sorted(
        zip(expected[::2], expected[1::2], strict=True)
    )


def test_after_ctrl_c_the_hints_go_on_for_the_same_student_and_find_the_trial(
    har_search: HarSearch,
    quick_file: str,
    uci_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Interrupted as Ctrl-C does; the process with its signal is in acceptance/."""
    monkeypatch.setenv("HAR_SEARCH_DATA", str(uci_folder))
    hear, pressed = run_module._Run._hear, list[bool]()

    def interrupted(self: run_module._Run, event: object, *, stopping: bool) -> None:
        hear(self, event, stopping=stopping)  # type: ignore[arg-type]
        if self.done >= 2 and not pressed:
            pressed.append(True)
            signal.raise_signal(signal.SIGINT)

    first = ("--trials", 40, "--student", "Ada L", "--study", quick_file, "--workers", 1)
    with monkeypatch.context() as patched:
        patched.setattr(run_module._Run, "_hear", interrupted)
        ran = har_search("run", *first, "--storage", "sqlite:///my x.db")
    assert ran.code == 130
    again, show, confirm = commands_in(ran.out)
    assert again[:4] == ["har-search", "run", "--trials", "40"]
    shown = har_search(*show[1:])
    assert shown.code == 0
    assert f"trial {show[2]} of study quick" in shown.out
    assert har_search(*again[1:]).code == 0
    listed = har_search("leaderboard", "--storage", "sqlite:///my x.db", "--format", "csv")
    assert [line.split(",")[3] for line in listed.out.splitlines()[1:]] == ["Ada L"] * 40
    assert har_search(*confirm[1:], "--top", 1, "--seeds", 3).code == 0


def test_errors_and_empty_tables_name_whole_commands(
    har_search: HarSearch, fill: Callable[..., None]
) -> None:
    ran = har_search("show", 7, "--storage", "sqlite:///gone.db", "--study", "robust")
    assert "`har-search run --study robust --storage sqlite:///gone.db` makes one" in ran.err
    with open_for_writing("sqlite:///x.db"):
        pass
    ran = har_search("leaderboard", "--storage", "sqlite:///x.db")
    assert "run `har-search run --trials 200 --storage sqlite:///x.db` first" in ran.out
    fill("sqlite:///x.db", load_spec("lesson"), [Entry(0.97, 0.01)])
    ran = har_search("leaderboard", "--storage", "sqlite:///x.db")
    assert "`har-search confirm --by-subject --storage sqlite:///x.db` gives" in ran.out
    assert "\n1 of 1 finished trial; " in ran.out


@pytest.mark.parametrize(
    "command", [each.__name__ for group in COMMANDS.values() for each in group]
)
def test_at_80_columns_an_option_takes_two_lines_at_most(
    har_search: HarSearch, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERMINAL_WIDTH", "80")
    out = har_search(command, "--help").out
    assert "<bool>" not in out
    assert "env var" not in out
    assert "variables: HAR_SEARCH_ and the option's name" in " ".join(out.split())
    options = re.split(r"│ (?:\*| ) *(?=--)|│ (?=--)", out.partition("╭─ Options")[2])[1:]
    assert any(each.startswith("--help") for each in options)
    for option in options:
        lines = option.partition("╰")[0].strip().splitlines()
        assert len(lines) <= 2, option
