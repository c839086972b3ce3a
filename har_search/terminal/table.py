"""Standings as a table on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from har_search.board.columns import Column, shown_columns
from har_search.board.standings import Standing
from har_search.board.words import is_entry


def table(standings: Sequence[Standing], console: Console) -> Table:
    """Lay the standings out for `console`, dropping the columns that do not fit, and say which."""
    columns = shown_columns(standings)
    dropped: list[str] = []
    while True:
        drawn = _draw(columns, standings)
        needed = Measurement.get(console, console.options.update(max_width=10_000), drawn).maximum
        spare = max(columns, key=lambda column: column.spare)
        if needed <= console.width or spare.spare == 0:
            break
        columns = [column for column in columns if column is not spare]
        dropped.append(spare.title)
    if dropped:
        drawn.caption = f"a wider window also shows {', '.join(dropped)}"
    return drawn


def _draw(columns: Sequence[Column], standings: Sequence[Standing]) -> Table:
    drawn = Table(box=None, pad_edge=False, header_style="bold", caption_justify="left")
    for column in columns:
        drawn.add_column(column.title, justify="left" if column.left else "right", no_wrap=True)
    for standing in standings:
        style = "green" if is_entry(standing) else ""
        drawn.add_row(*(escape(column.text(standing)) for column in columns), style=style)
    return drawn
