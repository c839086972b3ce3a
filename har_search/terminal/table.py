"""Standings as a table on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from har_search.board.columns import Column, shown_columns
from har_search.board.standings import Leaderboard, rows_of


def table(board: Leaderboard, console: Console) -> Table:
    """Lay the standings out for `console`, dropping the columns that do not fit, and say which."""
    rows = rows_of(board)
    columns = shown_columns(rows)
    dropped: list[str] = []
    while True:
        drawn = _draw(columns, rows)
        needed = Measurement.get(console, console.options.update(max_width=10_000), drawn).maximum
        spare = max(columns, key=lambda column: column.spare)
        if needed <= console.width or spare.spare == 0:
            break
        columns = [column for column in columns if column is not spare]
        dropped.append(spare.heading)
    if dropped:
        drawn.caption = f"a wider window also shows {', '.join(dropped)}"
    return drawn


def _draw(columns: list[Column], rows: list[dict[str, Any]]) -> Table:
    drawn = Table(box=None, pad_edge=False, header_style="bold", caption_justify="left")
    for column in columns:
        drawn.add_column(column.heading, justify="left" if column.left else "right", no_wrap=True)
    for row in rows:
        style = "green" if row["tracks"] else ""
        drawn.add_row(*(escape(column.text(row)) for column in columns), style=style)
    return drawn
