import pytest
from hypothesis import given
from hypothesis import strategies as st

from har_search.challenge.rules import HOMEWORK_TRACKS, Scoring, Track, gap

fractions = st.floats(0, 1)
TRACK_A, TRACK_B = HOMEWORK_TRACKS


@given(test=fractions, train=fractions)
def test_no_score_exceeds_its_test_accuracy(test: float, train: float) -> None:
    assert Scoring().score(test, gap(train, test)) <= test


@given(test=fractions, small=st.floats(-1, 0.02), penalty=st.floats(0, 100))
def test_a_gap_within_the_limit_costs_nothing(test: float, small: float, penalty: float) -> None:
    assert Scoring(gap_penalty=penalty).score(test, small) == test


def test_a_gap_beyond_the_limit_costs_the_excess_times_the_penalty() -> None:
    assert Scoring(0.02, 1.0).score(0.97, 0.03) == pytest.approx(0.96)
    assert Scoring(0.01, 2.0).score(0.97, 0.03) == pytest.approx(0.93)


@pytest.mark.parametrize(
    ("test", "gap", "passes"),
    [
        (0.961, 0.0199, True),
        (0.96, 0.01, False),
        (0.961, 0.02, False),
        (0.99, -0.01, True),
        (0.95, 0.0, False),
    ],
)
def test_track_a_is_strict_on_both_sides(test: float, gap: float, passes: bool) -> None:
    assert TRACK_A.qualifies(test, gap) is passes


def test_track_b_asks_for_accuracy_alone() -> None:
    assert TRACK_B.qualifies(0.9751, 0.5)
    assert not TRACK_B.qualifies(0.975, 0.0)


@given(test=fractions, gap=st.floats(-1, 1), bound=fractions)
def test_a_better_entry_never_loses_a_track(test: float, gap: float, bound: float) -> None:
    track = Track("X", bound, 0.02)
    if track.qualifies(test, gap):
        assert track.qualifies(min(1.0, test + 0.01), gap - 0.01)


def test_rules_read_like_the_homework() -> None:
    assert TRACK_A.rule == "test above 96 %, gap under 2 pp"
    assert TRACK_B.rule == "test above 97.5 %"
