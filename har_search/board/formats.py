"""Standings for programs and documents: JSON, CSV and Markdown."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from har_search.board.columns import Column, shown_columns
from har_search.board.standings import JSON_KEYS, Leaderboard, Standing
from har_search.board.words import input_notes, pruned_legend
from har_search.challenge.confirmed import ConfirmedSummary
from har_search.challenge.words import csv_text, markdown_text


def to_json(board: Leaderboard) -> str:
    """Write the standings as a JSON list of objects, fractions as stored."""
    return json.dumps([standing.as_json() for standing in board.standings], indent=2)


def to_csv(board: Leaderboard) -> str:
    """Write the standings as CSV: fractions, a column a hyperparameter, tracks space-separated."""
    import pandas as pd  # takes long to import: not for the other formats

    summary = [each.name for each in fields(ConfirmedSummary) if each.name != "reasons"]
    rows = []
    for standing in board.standings:
        flat = standing.as_json() | {"tracks": " ".join(standing.tracks)}
        flat |= flat.pop("params")
        confirmed = flat.pop("confirmed") or dict.fromkeys(summary)
        judged = (confirmed["verdicts"] or {}).items()
        flat |= {f"confirmed_{name}": confirmed[name] for name in summary}
        flat["confirmed_verdicts"] = " ".join(f"{track}:{each}" for track, each in judged)
        rows.append({key: _cell(value) for key, value in flat.items()})
    names = [name for name in JSON_KEYS if name not in ("params", "confirmed")]
    frame = pd.DataFrame(rows) if rows else pd.DataFrame(columns=names)
    return frame.to_csv(index=False, lineterminator="\n").rstrip("\n")


def _cell(value: Any) -> Any:
    return csv_text(value) if isinstance(value, str) else value


def to_markdown(board: Leaderboard) -> str:
    """Write the standings as a Markdown table, figures in percent, and notes on them."""
    columns = shown_columns(board.standings)
    lines = [
        [column.title for column in columns],
        ["---" if column.left else "---:" for column in columns],
        *([_markdown_cell(column, standing) for column in columns] for standing in board.standings),
    ]
    return "\n".join(
        [
            *(f"| {' | '.join(cells)} |" for cells in lines),
            *(f"\n{note}" for note in _notes(board)),
        ]
    )


def _notes(board: Leaderboard) -> list[str]:
    legend = pruned_legend(board.standings)
    return [*([legend] if legend else []), *input_notes(board.standings)]


def _markdown_cell(column: Column, standing: Standing) -> str:
    text = column.text(standing)
    return markdown_text(text) if column.named else text.replace("|", "\\|")
