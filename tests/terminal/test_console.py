"""Text from outside on a terminal: shown, never obeyed."""

import io

from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from har_search.terminal.console import TextConsole

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
