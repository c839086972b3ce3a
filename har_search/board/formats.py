"""Standings for programs and documents: JSON, CSV and Markdown."""

from __future__ import annotations

import json

import pandas as pd

from har_search.board.columns import shown_columns
from har_search.board.standings import Leaderboard, rows_of
from har_search.board.words import input_notes, tracks


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
    columns = shown_columns(rows)
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
