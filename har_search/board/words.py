"""Standings in words, for whoever reads them; figures in percent and percentage points (pp)."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from har_search.challenge.inputs import all_explained, explained, label
from har_search.challenge.words import percent

if TYPE_CHECKING:
    from har_search.board.standings import Leaderboard, Standing
    from har_search.challenge.confirmed import ConfirmedSummary


def fresh_seeds(confirmed: ConfirmedSummary | None) -> str:
    """Write what fresh seeds made of an entry: mean ± sd over n, and the tracks it stands on."""
    if confirmed is None:
        return ""
    stands = [track for track, verdict in confirmed.verdicts.items() if verdict == "stands"]
    text = f"{mean_sd(confirmed.test_mean, confirmed.test_sd)} ({confirmed.seeds})"
    return f"{text} {' '.join(stands)}".rstrip()


def mean_sd(mean: float, sd: float | None) -> str:
    """Write a mean and its standard deviation, of fractions; one seed has none."""
    return percent(mean) if sd is None else f"{percent(mean)} ± {percent(sd)}"


def spread(standing: Standing) -> str:
    """Write of how many seeds a standing is the mean, after their sd in pp; nothing of one seed."""
    sd = standing.test_accuracy_sd
    return "" if sd is None else f"± {percent(sd)} ({standing.replicas})"


def of_seeds(standing: Standing) -> str:
    """Say in words what several seeds' figures are, and which network is kept."""
    test, train = standing.first_test_accuracy, standing.first_train_accuracy
    if standing.test_accuracy_sd is None or test is None or train is None:
        return ""
    return (
        f"Means over {standing.replicas} seeds at the last epoch; the test accuracy's standard "
        f"deviation is {percent(standing.test_accuracy_sd)} pp. The network kept is the first "
        f"seed's, not the luckiest: test {percent(test)} %, train {percent(train)} %, gap "
        f"{percent(train - test)} pp."
    )


def foot(standings: Collection[Standing]) -> str:
    """Say how the figures shown were selected, and what gives an estimate that was not.

    Continues a sentence that says from how many trials.
    """
    several = {standing.replicas > 1 for standing in standings}
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


def borne_out(standing: Standing, track: str) -> str:
    """Say whether fresh seeds bear an entry out on a track, in a word or two."""
    if standing.confirmed is None:
        return "unconfirmed"
    verdict = standing.confirmed.verdicts.get(track, "not shown")
    return {"stands": "confirmed", "fails": "not borne out"}.get(verdict, "not confirmed")


def leaders_line(board: Leaderboard) -> str:
    """Name each track's leader, in one line."""
    parts = []
    for track, leader in board.leaders.items():
        if leader is None:
            parts.append(f"Track {track}: no entry yet")
        else:
            seeds = "" if leader.replicas == 1 else f" (mean of {leader.replicas} seeds)"
            parts.append(
                f"Track {track}: trial {leader.trial} of {leader.student}, "
                f"test {percent(leader.test_accuracy)} %{seeds}, gap {percent(leader.gap)} pp, "
                f"{borne_out(leader, track)}{inputs_after_comma(leader.inputs)}"
            )
    return "   ".join(parts)


def inputs_after_comma(inputs: str) -> str:
    """Name how an entry's inputs are standardised, to go on a list; empty where they are not."""
    words = label(inputs)
    return f", {words}" if words else ""


def input_notes(standings: Collection[Standing]) -> list[str]:
    """Explain each way in which entries' inputs are standardised, for below a table of them."""
    return all_explained(standing.inputs for standing in standings)


def figure_lines(standing: Standing) -> list[str]:
    """Say how a trial did, a line each."""
    tracks = standing.tracks
    qualifies = f"qualifies for track {' and '.join(tracks)}" if tracks else "no track"
    lines = [
        f"test {percent(standing.test_accuracy)} %, train {percent(standing.train_accuracy)} %, "
        f"gap {percent(standing.gap)} pp, score {percent(standing.score)}: {qualifies}",
        of_seeds(standing),
        f"epoch {standing.epoch} of {standing.epochs} trained, {standing.parameters:,} parameters, "
        f"{standing.seconds:.1f} s, seed {standing.seed}",
        f"student {standing.student}, data {standing.dataset}",
        explained(standing.inputs),
    ]
    return [line for line in lines if line]
