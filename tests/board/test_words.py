"""Standings in words."""

from dataclasses import replace

from har_search.board import words
from har_search.board.standings import Leaderboard
from har_search.challenge.confirmed import ConfirmedSummary
from har_search.challenge.inputs import PERSON
from tests.helpers import standing


def test_the_leaders_line_names_each_track(board: Leaderboard) -> None:
    assert words.leaders_line(board) == (
        "Track A: trial 1 of ann|[bold], test 97.61 %, gap 1.99 pp, not yet confirmed   "
        "Track B: trial 1 of ann|[bold], test 97.61 %, gap 1.99 pp, not yet confirmed"
    )


SUMMARY = ConfirmedSummary(
    3,
    0.97,
    0.001,
    0.01,
    0.002,
    {"A": "holds", "B": "misses"},
    {"A": "3 of 3 seeds qualify; mean 97.00 %, gap 1.00 pp", "B": "0 of 3 seeds qualify; …"},
)


def test_fresh_seeds_are_written_with_what_they_prove() -> None:
    confirmed = standing(confirmed=SUMMARY)
    assert words.fresh_seeds(confirmed) == "97.00 ± 0.10 (3)"
    assert words.fresh_seeds(standing(confirmed=replace(SUMMARY, seeds=1, test_sd=None))) == (
        "97.00 (1)"
    )
    for write in (words.fresh_seeds, words.fresh_test, words.fresh_gap):
        assert write(standing()) == ""
    assert [words.verdict_on(confirmed, track) for track in "ABC"] == [
        "holds",
        "misses",
        "undecided",  # its study has no such track
    ]
    assert words.judged(confirmed, "A") == "holds: 3 of 3 seeds qualify; mean 97.00 %, gap 1.00 pp"
    assert words.judged(standing(), "A") == words.verdict_on(standing(), "A") == "not yet confirmed"


def test_a_confirmed_entry_leads_with_its_mean() -> None:
    confirmed = standing(confirmed=SUMMARY)
    assert words.figure_lines(confirmed)[:4] == [
        "test 97.00 ± 0.10 % over 3 fresh seeds, gap 1.00 ± 0.20 pp",
        "track A holds: 3 of 3 seeds qualify; mean 97.00 %, gap 1.00 pp",
        "track B misses: 0 of 3 seeds qualify; …",
        "with its own seed: test 98.00 %, train 99.00 %, gap 1.00 pp, score 98.00: qualifies for "
        "track A and B",
    ]
    assert words.own_seed(replace(confirmed, replicas=5)) == "98.00 % with its own 5 seeds"
    board = Leaderboard((confirmed,), {"B": confirmed}, finished=9, ranked=9)
    assert words.leaders_line(board) == (
        "Track B: trial 7 of ann, misses: 0 of 3 seeds qualify; … (98.00 % with its own seed)"
    )


def test_tracks_are_named_with_what_holds() -> None:
    assert words.tracks_of(standing()) == {"A": "A", "B": "B"}
    confirmed = standing(confirmed=SUMMARY, tracks=("B",))
    assert words.tracks_of(confirmed) == {"A": "A holds", "B": "B misses"}
    assert words.is_entry(confirmed)
    missed = replace(SUMMARY, verdicts={"A": "misses", "B": "undecided"})
    assert words.tracks_of(standing(confirmed=missed, tracks=())) == {}
    assert not words.is_entry(standing(confirmed=missed))
    assert words.is_entry(standing())
    assert not words.is_entry(standing(tracks=()))


def test_a_trial_that_was_ended_early_says_so() -> None:
    assert words.ended_early(standing()) == ""
    pruned = standing(pruned=True, epochs=12)
    assert words.ended_early(pruned) == "ended early at epoch 12 of 20 (pruned)"
    assert "ended early at epoch 12 of 20 (pruned)" in words.figure_lines(pruned)
    several = replace(pruned, spec=replace(pruned.spec, replicas=5, scored_epoch="last"))
    assert words.ended_early(replace(several, replicas=2)) == (
        "ended early after 2 of 5 seeds (pruned)"
    )
    assert words.pruned_legend([standing()]) == ""
    legend = "† ended early (pruned): 1 of the 2 shown."
    assert words.pruned_legend([standing(), pruned]) == legend


def test_figures_never_contradict_a_tracks_rule() -> None:
    close = standing(test_accuracy=0.9750001, train_accuracy=0.9949918, gap=0.0199917)
    assert words.accuracy_of(close) == "97.50001"
    assert words.gap_of(close) == "1.9992"
    mean = replace(SUMMARY, test_mean=0.9600001, gap_mean=0.0200004)
    assert words.fresh_test(standing(confirmed=mean)) == "96.00001 ± 0.10"
    assert words.fresh_gap(standing(confirmed=mean)) == "2.00004 ± 0.20"


def test_a_mean_over_seeds_says_which_network_is_kept() -> None:
    assert words.of_seeds(standing()) == words.spread(standing()) == ""
    several = standing(
        replicas=5,
        test_accuracy_sd=0.0023,
        first_test_accuracy=0.975,
        first_train_accuracy=0.995,
    )
    assert words.spread(several) == "± 0.23 (5)"
    assert words.of_seeds(several) == (
        "Means over 5 seeds at the last epoch; the test accuracy's standard deviation is 0.23 pp. "
        "The network kept is the first seed's, not the luckiest: test 97.50 %, train 99.50 %, gap "
        "2.00 pp."
    )
    assert words.of_seeds(several) in words.figure_lines(several)


def test_the_foot_tells_figures_of_one_seed_from_means() -> None:
    one, mean = standing(), standing(replicas=5)
    assert "each figure was selected on the test set" in words.foot([one, one])
    assert words.foot([mean]).startswith("each is a mean over seeds")
    assert words.foot([one, mean]).startswith("figures of one seed were selected on the test set")


def test_a_track_without_a_leader_and_a_calibrated_leader_say_so() -> None:
    calibrated = standing(inputs=PERSON, replicas=5)
    board = Leaderboard((calibrated,), {"A": None, "B": calibrated}, finished=9, ranked=9)
    assert words.leaders_line(board) == (
        "Track A: no entry yet   "
        "Track B: trial 7 of ann, test 98.00 % (mean of 5 seeds), gap 1.00 pp, not yet confirmed, "
        "calibrated per person"
    )


def test_lines_of_figures_leave_out_what_says_nothing() -> None:
    lines = words.figure_lines(standing(tracks=()))
    assert len(lines) == 3
    assert lines[0].endswith("score 98.00: no track")
    assert lines[1] == "epoch 3 of 5 trained, 82,726 parameters, 1.5 s, seed 1"
    assert len(words.figure_lines(standing(inputs=PERSON))) == 4
    assert "qualifies for track A and B" in words.figure_lines(standing())[0]
