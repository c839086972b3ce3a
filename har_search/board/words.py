"""Standings to what people and programs read: a rich table, JSON, CSV and Markdown.

Storage and JSON hold fractions; tables show percent and percentage points (pp).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from har_search.board.standings import Leaderboard
from har_search.challenge.inputs import all_explained, label
from har_search.challenge.words import percent

Row = Mapping[str, Any]


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
