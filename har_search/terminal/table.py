"""Standings as a table on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from har_search.board.columns import Column, is_same, most_spare, shown_columns
from har_search.board.standings import Standing
from har_search.board.words import is_entry


def table(standings: Sequence[Standing], console: Console) -> Table:
    """Lay the standings out for `console`: without the columns that do not fit, and with a note.

    The note names those columns; of one that says the same of all, also what.
    """
    columns = shown_columns(standings)
    dropped: list[Column] = []
    while True:
        drawn = _draw(columns, standings)
        spare = most_spare(columns, standings)
        if spare is None or _width(drawn, console) <= console.width:
            break
        columns = [column for column in columns if column is not spare]
        dropped.append(spare)
    drawn.caption = escape(_note(dropped, standings)) or None
    return drawn


def _note(dropped: Sequence[Column], standings: Sequence[Standing]) -> str:
    """Say what the columns say that were dropped: here, or in a wider window."""
    same = [column for column in dropped if is_same(column, standings)]
    others = [column.title for column in dropped if column not in same]
    told = [f"{each.title} {each.text(standings[0]) or 'none'}" for each in same]
    notes = [
        f"in each row: {', '.join(told)}" if told else "",
        f"a wider window also shows {', '.join(others)}" if others else "",
    ]
    return "; ".join(filter(None, notes))


def _draw(columns: Sequence[Column], standings: Sequence[Standing]) -> Table:
    drawn = Table(box=None, pad_edge=False, header_style="bold", caption_justify="left")
    for column in columns:
        drawn.add_column(column.title, justify="left" if column.left else "right", no_wrap=True)
    for standing in standings:
        style = "green" if is_entry(standing) else ""
        drawn.add_row(*(escape(column.text(standing)) for column in columns), style=style)
    return drawn


def show_rows(
    figures: Sequence[str], words: Sequence[str], rows: Iterable[Sequence[str]], console: Console
) -> None:
    """Write rows of plain texts: a table, or where that is too wide a block for each row.

    `figures` are the headings of the first columns, aligned right, and `words` those of the others.
    A block begins with the first cell, and a cell that is empty is left out of it.
    """
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for heading in figures:
        drawn.add_column(heading, justify="right", no_wrap=True)
    for heading in words:
        drawn.add_column(heading, no_wrap=True)
    rows = list(rows)
    for row in rows:
        drawn.add_row(*map(escape, row))
    if _width(drawn, console) <= console.width:
        console.print(drawn)
        return
    headings = [*figures, *words]
    longest = max(map(len, headings))
    for place, row in enumerate(rows):
        if place:
            console.print()
        console.print(f"[bold]{escape(f'{headings[0]} {row[0]}')}[/]")
        for heading, cell in zip(headings[1:], row[1:], strict=True):
            if cell:
                console.print(f"  {heading:{longest}}  {escape(cell)}")


def _width(drawn: Table, console: Console) -> int:
    """Return how wide a table is where nothing of it is cut."""
    return Measurement.get(console, console.options.update(max_width=10_000), drawn).maximum
