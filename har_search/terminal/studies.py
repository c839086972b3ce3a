"""The studies of a database on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from har_search.challenge.words import percent
from har_search.storage.inventory import StudySummary

_COLUMNS = ("study", "trials", "finished", "best score %", "students", "begun", "last", "size")
_WORDS = ("study", "begun", "last")


def show_studies(studies: Sequence[StudySummary], console: Console) -> None:
    """Write a table of studies, one a row."""
    if not studies:
        console.print("No study yet; run `har-search run --trials 200` first.", markup=False)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in _COLUMNS:
        table.add_column(title, justify="left" if title in _WORDS else "right")
    for each in studies:
        score = "–" if each.best_score is None else percent(each.best_score)
        counts = f"{each.trials:,}", f"{each.finished:,}", score, str(each.students)
        times = moment(each.begun), moment(each.last)
        table.add_row(escape(each.name), *counts, *times, size(each.size))
    console.print(table)


def moment(utc: datetime | None) -> str:
    """Write a time in UTC as the reader's own; a dash for none."""
    if utc is None:
        return "–"
    return utc.replace(tzinfo=UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def size(count: int) -> str:
    """Write a number of bytes for people."""
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count / 1e3:,.1f} kB"
