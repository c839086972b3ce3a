"""Standings in words, for whoever reads them; figures in percent and percentage points (pp)."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from har_search.challenge.inputs import all_explained, explained, label
from har_search.challenge.rules import accuracy_limits, gap_limits
from har_search.challenge.words import NOT_YET, Verdict, gap_percent, percent

if TYPE_CHECKING:
    from har_search.board.standings import Leaderboard, Standing

PRUNED_MARK = "†"


def accuracy_of(standing: Standing) -> str:
    """Write a standing's test accuracy; it never contradicts a track's rule."""
    return percent(standing.test_accuracy, accuracy_limits(standing.spec.tracks))


def gap_of(standing: Standing) -> str:
    """Write a standing's gap; it contradicts neither a track's rule nor the accuracies shown."""
    return gap_percent(
        standing.gap,
        percent(standing.train_accuracy),
        accuracy_of(standing),
        gap_limits(standing.spec.tracks),
    )


def mean_sd(mean: float, sd: float | None, limits: Collection[float] = ()) -> str:
    """Write a mean and its standard deviation, of fractions; one seed has none."""
    shown = percent(mean, limits)
    return shown if sd is None else f"{shown} ± {percent(sd)}"


def fresh_test(standing: Standing) -> str:
    """Write the test accuracy over fresh seeds, mean ± sd; empty where nobody confirmed it."""
    each = standing.confirmed
    limits = accuracy_limits(standing.spec.tracks)
    return "" if each is None else mean_sd(each.test_mean, each.test_sd, limits)


def fresh_gap(standing: Standing) -> str:
    """Write the gap over fresh seeds, mean ± sd; empty where nobody confirmed it."""
    each = standing.confirmed
    limits = gap_limits(standing.spec.tracks)
    return "" if each is None else mean_sd(each.gap_mean, each.gap_sd, limits)


def fresh_seeds(standing: Standing) -> str:
    """Write the test accuracy over fresh seeds with their number; empty where nobody confirmed."""
    each = standing.confirmed
    return "" if each is None else f"{fresh_test(standing)} ({each.seeds})"


def verdict_on(standing: Standing, track: str) -> str:
    """Say what fresh seeds show of an entry on a track, in a word or a few."""
    if standing.confirmed is None:
        return NOT_YET
    return standing.confirmed.verdicts.get(track, Verdict.undecided)


def judged(standing: Standing, track: str) -> str:
    """Say what fresh seeds show of an entry on a track, and by which figures."""
    reasons = {} if standing.confirmed is None else standing.confirmed.reasons
    verdict = verdict_on(standing, track)
    return f"{verdict}: {reasons[track]}" if track in reasons else verdict


def own_seed(standing: Standing) -> str:
    """Write the figure with the entry's own seed, the small print beside fresh seeds'."""
    return f"{accuracy_of(standing)} % with {_own_seeds(standing)}"


def _own_seeds(standing: Standing) -> str:
    return "its own seed" if standing.replicas == 1 else f"its own {standing.replicas} seeds"


def tracks_of(standing: Standing) -> dict[str, str]:
    """Name the tracks for which a standing qualifies; once confirmed, with what holds there."""
    if standing.confirmed is None:
        return {track: track for track in standing.tracks}
    return {
        track: f"{track} {verdict}"
        for track, verdict in standing.confirmed.verdicts.items()
        if track in standing.tracks or verdict == Verdict.holds
    }


def tracks_text(standing: Standing) -> str:
    """Write what `tracks_of` names in one line."""
    return (" " if standing.confirmed is None else ", ").join(tracks_of(standing).values())


def is_entry(standing: Standing) -> bool:
    """Return whether it holds on a track, or qualifies for one and nobody confirmed it yet."""
    if standing.confirmed is None:
        return bool(standing.tracks)
    return Verdict.holds in standing.confirmed.verdicts.values()


def ended_early(standing: Standing) -> str:
    """Say where a trial was ended early; empty where it was not."""
    if not standing.pruned:
        return ""
    planned = standing.spec.replicas
    if planned > 1 and standing.replicas < planned:
        return f"ended early after {standing.replicas} of {planned} seeds (pruned)"
    return f"ended early at epoch {standing.epochs} of {standing.spec.epochs} (pruned)"


def pruned_legend(standings: Collection[Standing]) -> str:
    """Explain the mark of trials that were ended early; empty where there is none."""
    pruned = sum(each.pruned for each in standings)
    if not pruned:
        return ""
    return f"{PRUNED_MARK} ended early (pruned): {pruned} of the {len(standings)} shown."


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
        f"{gap_percent(train - test, percent(train), percent(test))} pp."
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


def leaders_line(board: Leaderboard) -> str:
    """Name each track's leader, in one line."""
    parts = []
    for track, leader in board.leaders.items():
        if leader is None:
            parts.append(f"Track {track}: no entry yet")
        else:
            parts.append(
                f"Track {track}: trial {leader.trial} of {leader.student}, "
                f"{led_with(leader, track)}{inputs_after_comma(leader.inputs)}"
            )
    return "   ".join(parts)


def led_with(leader: Standing, track: str) -> str:
    """Say with what an entry leads a track: fresh seeds' figures, or else its own."""
    if leader.confirmed is not None:
        return f"{judged(leader, track)} ({own_seed(leader)})"
    seeds = "" if leader.replicas == 1 else f" (mean of {leader.replicas} seeds)"
    return f"test {accuracy_of(leader)} %{seeds}, gap {gap_of(leader)} pp, {NOT_YET}"


def inputs_after_comma(inputs: str) -> str:
    """Name how an entry's inputs are standardised, to go on a list; empty where they are not."""
    words = label(inputs)
    return f", {words}" if words else ""


def input_notes(standings: Collection[Standing]) -> list[str]:
    """Explain each way in which entries' inputs are standardised, for below a table of them."""
    return all_explained(standing.inputs for standing in standings)


def confirmed_lines(standing: Standing) -> list[str]:
    """Say what fresh seeds made of an entry, a line each; none where nobody confirmed it."""
    confirmed = standing.confirmed
    if confirmed is None:
        return []
    seeds = f"{confirmed.seeds} fresh seed{'s' if confirmed.seeds > 1 else ''}"
    return [
        f"test {fresh_test(standing)} % over {seeds}, gap {fresh_gap(standing)} pp",
        *(f"track {track} {judged(standing, track)}" for track in confirmed.verdicts),
    ]


def own_line(standing: Standing) -> str:
    """Say how a trial did with its own seed, and for which tracks it qualifies by that."""
    tracks = standing.tracks
    qualifies = f"qualifies for track {' and '.join(tracks)}" if tracks else "no track"
    whose, not_yet = "", ""
    if standing.confirmed is not None:
        whose = f"with {_own_seeds(standing)}: "
    elif tracks:
        not_yet = f", {NOT_YET}"
    return (
        f"{whose}test {accuracy_of(standing)} %, train {percent(standing.train_accuracy)} %, "
        f"gap {gap_of(standing)} pp, score {percent(standing.score)}: {qualifies}{not_yet}"
    )


def figure_lines(standing: Standing) -> list[str]:
    """Say how a trial did, a line each: first with fresh seeds, where it was confirmed."""
    lines = [
        *confirmed_lines(standing),
        own_line(standing),
        of_seeds(standing),
        f"epoch {standing.epoch} of {standing.epochs} trained, {standing.parameters:,} parameters, "
        f"{standing.seconds:.1f} s, seed {standing.seed}",
        ended_early(standing),
        f"student {standing.student}, data {standing.dataset}",
        explained(standing.inputs),
    ]
    return [line for line in lines if line]
