"""Standings to what people and programs read: a rich table, JSON, CSV and Markdown.

Storage and JSON hold fractions; tables show percent and percentage points (pp).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from har_search.inputs import all_explained, label, short_label
from har_search.leaderboard import Leaderboard, rows_of

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """One column of a table: its heading, its text for a standing, and whether it may be dropped.

    Columns of the highest `spare` go first where the screen is too narrow; 0 always stays.
    """

    heading: str
    text: Callable[[Row], str]
    spare: int = 0
    left: bool = False


def percent(fraction: float) -> str:
    """Write a fraction as percent with two decimals: one window of 2,947 is 0.03 %."""
    return f"{100 * fraction:.2f}"


_MARKDOWN = str.maketrans({each: f"\\{each}" for each in "\\`*_[]()#|!<>&~"})


def markdown_text(text: str) -> str:
    """Write what a person named as one line of Markdown in which nothing has a meaning."""
    return " ".join(str(text).split()).translate(_MARKDOWN)


def tracks(row: Row) -> str:
    """Name the tracks that a standing qualifies for."""
    return " ".join(row["tracks"])


def confirmed(summary: Mapping[str, Any] | None) -> str:
    """Write what fresh seeds made of an entry: mean ± sd over n, and the tracks it stands on."""
    if summary is None:
        return ""
    spread = "" if summary["test_sd"] is None else f" ± {percent(summary['test_sd'])}"
    stands = [track for track, each in summary["verdicts"].items() if each == "stands"]
    text = f"{percent(summary['test_mean'])}{spread} ({summary['seeds']})"
    return f"{text} {' '.join(stands)}".rstrip()


def spread(row: Row) -> str:
    """Write of how many seeds a standing is the mean, after their sd in pp; nothing of one seed."""
    return (
        "" if row["replicas"] == 1 else f"± {percent(row['test_accuracy_sd'])} ({row['replicas']})"
    )


def of_seeds(row: Row) -> str:
    """Say in words what several seeds' figures are, and which network is kept."""
    if row["replicas"] == 1:
        return ""
    test, train = row["first_test_accuracy"], row["first_train_accuracy"]
    return (
        f"Means over {row['replicas']} seeds at the last epoch; the test accuracy's standard "
        f"deviation is {percent(row['test_accuracy_sd'])} pp. The network kept is the first "
        f"seed's, not the luckiest: test {percent(test)} %, train {percent(train)} %, gap "
        f"{percent(train - test)} pp."
    )


def foot(rows: Collection[Row]) -> str:
    """Say how the figures shown were selected, and what gives an estimate that was not.

    Continues a sentence that says from how many trials.
    """
    several = {row["replicas"] > 1 for row in rows}
    if several == {True}:
        text = "each is a mean over seeds, selected on the test set by the search alone"
    elif several == {False}:
        text = "each figure was selected on the test set, so expect less from a new seed"
    else:
        text = (
            "figures of one seed were selected on the test set, so expect less from a new one; "
            "means over seeds by the search alone"
        )
    return f"{text}. `har-search confirm --by-subject` gives an estimate that was not."


def standing(row: Row, track: str) -> str:
    """Say whether fresh seeds bear an entry out on a track, in a word or two."""
    if row["confirmed"] is None:
        return "unconfirmed"
    verdict = row["confirmed"]["verdicts"].get(track, "not shown")
    return {"stands": "confirmed", "fails": "not borne out"}.get(verdict, "not confirmed")


_COLUMNS = (
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


def leaders_line(board: Leaderboard) -> str:
    """Name each track's leader, in one line."""
    parts = []
    for track, row in board.leaders.items():
        if row is None:
            parts.append(f"Track {track}: no entry yet")
        else:
            parts.append(
                f"Track {track}: trial {row['trial']} of {row['student']}, "
                f"test {percent(row['test_accuracy'])} %{_seeds(row)}, "
                f"gap {percent(row['gap'])} pp, {standing(row, track)}{calibration(row)}"
            )
    return "   ".join(parts)


def _seeds(row: Row) -> str:
    return "" if row["replicas"] == 1 else f" (mean of {row['replicas']} seeds)"


def calibration(row: Row) -> str:
    """Name how an entry's inputs are standardised, to go on a list; empty where they are not."""
    words = label(row["standardize"])
    return f", {words}" if words else ""


def input_notes(rows: Sequence[Row]) -> list[str]:
    """Explain each way in which entries' inputs are standardised, for below a table of them."""
    return all_explained(row["standardize"] for row in rows)


def table(board: Leaderboard, console: Console) -> Table:
    """Lay the standings out for `console`, dropping the columns that do not fit, and say which."""
    rows = rows_of(board)
    columns = _shown_columns(rows)
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


def _shown_columns(rows: list[dict[str, Any]]) -> list[Column]:
    unused = set()
    if len({row["study"] for row in rows}) <= 1:
        unused.add("study")
    if not any(row["confirmed"] for row in rows):
        unused.add("confirmed %")
    if all(row["replicas"] == 1 for row in rows):
        unused.add("± sd (seeds)")
    if len({row["standardize"] for row in rows}) <= 1:
        unused.add("inputs")  # a note below the table says it of all
    return [column for column in _COLUMNS if column.heading not in unused]


def _draw(columns: list[Column], rows: list[dict[str, Any]]) -> Table:
    drawn = Table(box=None, pad_edge=False, header_style="bold", caption_justify="left")
    for column in columns:
        drawn.add_column(column.heading, justify="left" if column.left else "right", no_wrap=True)
    for row in rows:
        style = "green" if row["tracks"] else ""
        drawn.add_row(*(escape(column.text(row)) for column in columns), style=style)
    return drawn


def to_json(board: Leaderboard) -> str:
    """Write the standings as a JSON list of objects, fractions as stored."""
    return json.dumps(rows_of(board), indent=2)


_SUMMARY = ("seeds", "test_mean", "test_sd", "gap_mean", "gap_sd", "verdicts")


def to_csv(board: Leaderboard) -> str:
    """Write the standings as CSV: fractions, a column a hyperparameter, tracks space-separated."""
    rows = []
    for row in rows_of(board):
        flat = {**row, "tracks": tracks(row)}
        flat |= flat.pop("params")
        summary = flat.pop("confirmed") or dict.fromkeys(_SUMMARY)
        judged = (summary["verdicts"] or {}).items()
        flat |= {f"confirmed_{name}": summary[name] for name in _SUMMARY}
        flat["confirmed_verdicts"] = " ".join(f"{track}:{each}" for track, each in judged)
        rows.append(flat)
    names = [name for name in board.standings.columns if name not in ("params", "confirmed")]
    frame = pd.DataFrame(rows) if rows else pd.DataFrame(columns=names)
    return frame.to_csv(index=False, lineterminator="\n").rstrip("\n")


def to_markdown(board: Leaderboard) -> str:
    """Write the standings as a Markdown table, figures in percent, and what they stand on."""
    rows = rows_of(board)
    columns = _shown_columns(rows)
    lines = [
        [column.heading for column in columns],
        ["---" if column.left else "---:" for column in columns],
        *([column.text(row).replace("|", "\\|") for column in columns] for row in rows),
    ]
    return "\n".join(
        [
            *(f"| {' | '.join(cells)} |" for cells in lines),
            *(f"\n{note}" for note in input_notes(rows)),
        ]
    )
