"""The statistics against scipy on known cases, and by simulation."""

import numpy as np
import pytest
from scipy import stats

from har_search.challenge.rules import HOMEWORK_TRACKS, Track
from har_search.challenge.verdict import (
    ALPHA,
    Verdict,
    looks,
    mcnemar,
    p_above,
    p_against,
    p_below,
    p_of,
    verdict,
)

A, B = HOMEWORK_TRACKS
STUDIES = 2000


def test_the_p_is_the_t_tests() -> None:
    values = [0.961, 0.965, 0.963, 0.968, 0.959]
    greater = stats.ttest_1samp(values, 0.96, alternative="greater").pvalue
    less = stats.ttest_1samp(values, 0.96, alternative="less").pvalue
    assert p_above(values, 0.96) == pytest.approx(greater)
    assert p_below(values, 0.96) == pytest.approx(less)


def test_a_track_needs_both_bounds() -> None:
    good, bad = [0.97, 0.971, 0.969], [0.012, 0.011, 0.013]
    assert p_of(A, good, bad) == pytest.approx(max(p_above(good, 0.96), p_below(bad, 0.02)))
    assert p_of(B, good, bad) == p_above(good, 0.975)


def test_figures_that_do_not_vary_are_judged_by_their_side() -> None:
    assert p_above([0.97] * 4, 0.96) == 0
    assert p_above([0.96] * 4, 0.96) == 1
    assert p_above([0.95] * 4, 0.96) == 1


@pytest.mark.parametrize(
    ("seeds", "expected"), [(3, [3]), (4, [4]), (5, [3, 5]), (10, [5, 10]), (11, [6, 11])]
)
def test_the_looks_share_alpha(seeds: int, expected: list[int]) -> None:
    assert list(looks(seeds)) == expected
    assert sum(looks(seeds).values()) <= ALPHA


def test_too_few_seeds_are_refused() -> None:
    with pytest.raises(ValueError, match="3 seeds"):
        looks(2)


def test_a_verdict_can_be_early_late_or_none() -> None:
    clear = [0.98, 0.9805, 0.9795, 0.98, 0.9802]
    assert verdict(B, clear, clear, 10) is Verdict.holds
    poor = [0.95, 0.951, 0.949, 0.95, 0.9502]
    assert verdict(B, poor, poor, 10) is Verdict.misses
    assert verdict(B, clear[:4], clear[:4], 10) is Verdict.undecided  # before the first look
    near = [0.97, 0.98, 0.974, 0.976, 0.975]
    assert verdict(B, near, near, 10) is Verdict.undecided
    assert verdict(B, near + clear, near + clear, 10) in (Verdict.undecided, Verdict.holds)


def test_a_verdict_once_found_stays() -> None:
    clear, poor = [0.98, 0.9805, 0.9795, 0.98, 0.9802], [0.9, 0.91, 0.92, 0.9, 0.91]
    assert verdict(B, clear + poor, clear + poor, 10) is Verdict.holds


@pytest.mark.parametrize(
    ("track", "test", "gap"),
    [
        (B, 0.975, 0.03),  # on the bound
        (A, 0.96, 0.01),  # one bound met, the other touched
        (A, 0.98, 0.02),
        (A, 0.96, 0.02),
    ],
)
@pytest.mark.parametrize("correlation", [0.0, -0.8])
def test_no_more_than_one_in_a_hundred_stands_by_luck(
    track: Track, test: float, gap: float, correlation: float
) -> None:
    generator = np.random.default_rng(561)
    spread = np.array([0.004, 0.003])
    covariance = np.outer(spread, spread) * np.array([[1, correlation], [correlation, 1]])
    drawn = generator.multivariate_normal([test, gap], covariance, size=(STUDIES, 10))
    stood = sum(
        verdict(track, list(each[:, 0]), list(each[:, 1]), 10) is Verdict.holds for each in drawn
    )
    assert stood / STUDIES <= ALPHA


@pytest.mark.parametrize(("test", "gap"), [(0.975, 0.0), (0.985, 0.0)])
def test_no_more_than_one_in_a_hundred_fails_by_bad_luck(test: float, gap: float) -> None:
    generator = np.random.default_rng(562)
    drawn = generator.normal(test, 0.004, size=(STUDIES, 10))
    failed = sum(verdict(B, list(each), [gap] * 10, 10) is Verdict.misses for each in drawn)
    assert failed / STUDIES <= ALPHA


def test_a_real_difference_is_found() -> None:
    generator = np.random.default_rng(563)
    drawn = generator.normal(0.977, 0.001, size=(200, 10))
    stood = sum(verdict(B, list(each), [0.03] * 10, 10) is Verdict.holds for each in drawn)
    assert stood / 200 > 0.9


def test_either_bound_can_fail_an_entry() -> None:
    assert p_against(A, [0.97, 0.971, 0.969], [0.03, 0.031, 0.029]) < 0.01
    assert p_against(A, [0.94, 0.941, 0.939], [0.01, 0.011, 0.009]) < 0.01
    assert p_against(A, [0.97, 0.971, 0.969], [0.01, 0.011, 0.009]) > 0.5


def test_mcnemar_is_the_sign_test_on_what_differs() -> None:
    assert mcnemar(0, 0) == 1
    assert mcnemar(8, 1) == pytest.approx(stats.binomtest(8, 9).pvalue)
    assert mcnemar(8, 1) == mcnemar(1, 8)
    assert mcnemar(40, 10) < 0.001
