"""Two entries side by side on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from har_search.board.comparison import Part


def show_side_by_side(parts: Sequence[Part], names: tuple[str, str], console: Console) -> None:
    """Write a table of two entries; what differs is marked by a star, and bold on a terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", "", *map(escape, names)):
        table.add_column(title)
    for part in parts:
        table.add_row("", f"[bold]{part.title}[/]", "", "")
        for line in part.lines:
            cells = (line.name, line.first, line.second)
            mark, style = ("*", "bold") if line.differs else ("", "dim")
            table.add_row(mark, *map(escape, cells), style=style)
    console.print(table)
    console.print("\n* differs", style="dim")
