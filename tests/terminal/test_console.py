"""Text from outside on a terminal: shown, never obeyed."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from har_search.terminal.console import TextConsole, say, wrapped

NASTY = "ann\x1b[2J\x9b1m\u202ecaf\udce9"
SHOWN = "ann\\x1b[2J\\x9b1m\\u202ecaf\\xe9"


def test_control_characters_are_shown_wherever_they_stand() -> None:
    file = io.StringIO()
    console = TextConsole(file=file, force_terminal=False, width=100)
    table = Table("a name of a person, and more than that")
    table.add_row(escape(NASTY))
    for each in (escape(NASTY), table, Panel(escape(NASTY))):
        console.print(each, soft_wrap=True)
    console.print(NASTY, markup=False)
    assert file.getvalue().count(SHOWN) == 4
    assert "\x1b" not in file.getvalue()
    assert file.getvalue().encode()  # can be written


def test_colours_and_the_cursors_moves_still_reach_a_terminal() -> None:
    file = io.StringIO()
    console = TextConsole(file=file, force_terminal=True, color_system="standard", _environ={})
    console.print("[red]a[/]\nb")
    console.clear()
    assert file.getvalue() == "\x1b[31ma\x1b[0m\nb\n\x1b[2J\x1b[H"


@pytest.mark.parametrize("width", range(1, 60))
def test_lines_end_between_words_and_not_within_commands(width: int) -> None:
    text = "one two, `har-search show 7 --study x`; /a/long/path and 漢字 漢字\n\n  more  words"
    found = wrapped(text, width)
    assert found.replace("\n", " ") == text.replace("\n", " ")
    assert "`har-search show 7 --study x`;" in found
    for line in found.splitlines():
        assert (
            cell_len(line.rstrip()) <= width or len(line.split("`")) == 3 or " " not in line.strip()
        )


def test_only_a_terminal_gets_more_lines(capsys: pytest.CaptureFixture[str]) -> None:
    say(Console(width=10), "[b]four words of text[/]", "dim")
    assert capsys.readouterr().out == "[b]four words of text[/]\n"
    say(Console(width=10, force_terminal=True, color_system=None), "four words of text")
    assert capsys.readouterr().out == "four words\nof text\n"
