"""Standings in words."""

from dataclasses import replace

from har_search.board import words
from har_search.board.standings import Leaderboard
from har_search.challenge.confirmed import ConfirmedSummary
from har_search.challenge.inputs import PERSON
from tests.helpers import standing


def test_the_leaders_line_names_each_track(board: Leaderboard) -> None:
    assert words.leaders_line(board) == (
        "Track A: trial 1 of ann|[bold], test 97.61 %, gap 1.99 pp, unconfirmed   "
        "Track B: trial 1 of ann|[bold], test 97.61 %, gap 1.99 pp, unconfirmed"
    )


SUMMARY = ConfirmedSummary(3, 0.97, 0.001, 0.01, 0.002, {"A": "stands", "B": "fails", "C": "?"})


def test_fresh_seeds_are_written_with_what_they_prove() -> None:
    assert words.fresh_seeds(None) == ""
    assert words.fresh_seeds(SUMMARY) == "97.00 ± 0.10 (3) A"
    one = replace(SUMMARY, seeds=1, test_sd=None, verdicts={"A": "not shown"})
    assert words.fresh_seeds(one) == "97.00 (1)"
    confirmed = standing(confirmed=SUMMARY)
    assert [words.borne_out(confirmed, track) for track in "ABCD"] == [
        "confirmed",
        "not borne out",
        "not confirmed",
        "not confirmed",  # its study has no such track
    ]
    assert words.borne_out(standing(), "A") == "unconfirmed"


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
        "Track B: trial 7 of ann, test 98.00 % (mean of 5 seeds), gap 1.00 pp, unconfirmed, "
        "calibrated per person"
    )


def test_lines_of_figures_leave_out_what_says_nothing() -> None:
    lines = words.figure_lines(standing(tracks=()))
    assert len(lines) == 3
    assert lines[0].endswith("score 98.00: no track")
    assert lines[1] == "epoch 3 of 5 trained, 82,726 parameters, 1.5 s, seed 1"
    assert len(words.figure_lines(standing(inputs=PERSON))) == 4
    assert "qualifies for track A and B" in words.figure_lines(standing())[0]
