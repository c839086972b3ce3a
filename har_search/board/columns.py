"""The columns of a table of standings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from har_search.board.words import Row, confirmed, spread, tracks
from har_search.challenge.inputs import short_label
from har_search.challenge.words import percent


@dataclass(frozen=True)
class Column:
    """One column of a table: its heading, its text for a standing, and whether it may be dropped.

    Columns of the highest `spare` go first where the screen is too narrow; 0 always stays.
    """

    heading: str
    text: Callable[[Row], str]
    spare: int = 0
    left: bool = False


COLUMNS = (
    Column("#", lambda row: str(row["rank"])),
    Column("study", lambda row: row["study"], spare=2, left=True),
    Column("trial", lambda row: str(row["trial"])),
    Column("student", lambda row: row["student"], spare=1, left=True),
    Column("test %", lambda row: percent(row["test_accuracy"])),
    Column("± sd (seeds)", spread, spare=1, left=True),
    Column("train %", lambda row: percent(row["train_accuracy"]), spare=3),
    Column("gap pp", lambda row: percent(row["gap"])),
    Column("score", lambda row: percent(row["score"])),
    Column("tracks", tracks, left=True),
    Column("inputs", lambda row: short_label(row["standardize"]), left=True),
    Column("confirmed %", lambda row: confirmed(row["confirmed"]), left=True),
    Column("width", lambda row: str(row["params"]["width"]), spare=8),
    Column("dropout", lambda row: f"{row['params']['dropout']:.2f}", spare=9),
    Column("BN", lambda row: "yes" if row["params"]["batch_norm"] else "no", spare=6),
    Column("lr", lambda row: f"{row['params']['learning_rate']:.2g}", spare=5),
    Column("batch", lambda row: str(row["params"]["batch_size"]), spare=7),
    Column("parameters", lambda row: f"{row['parameters']:,}", spare=4),
    Column("epoch", lambda row: str(row["epoch"]), spare=10),
)


def shown_columns(rows: list[dict[str, Any]]) -> list[Column]:
    """Return the columns that say something of these standings."""
    unused = set()
    if len({row["study"] for row in rows}) <= 1:
        unused.add("study")
    if not any(row["confirmed"] for row in rows):
        unused.add("confirmed %")
    if all(row["replicas"] == 1 for row in rows):
        unused.add("± sd (seeds)")
    if len({row["standardize"] for row in rows}) <= 1:
        unused.add("inputs")  # a note below the table says it of all
    return [column for column in COLUMNS if column.heading not in unused]
