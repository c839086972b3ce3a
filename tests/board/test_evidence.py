"""Whether two groups of trials differ, checked against SciPy and where groups are too small."""

import random

import pytest
from scipy import stats

from har_search.board.evidence import Neighbour, at_least_by_luck, differs_by_luck, split
from har_search.study.spec import LESSON


def neighbour(figure: float, **params: object) -> Neighbour:
    """A trial whose gap is the figure that is compared."""
    return Neighbour({**LESSON, **params}, 0.9, 0.95 + figure, figure, 3, [0.9] * 10)  # type: ignore[dict-item]


def of_gap(each: Neighbour) -> float:
    return each.gap


@pytest.mark.parametrize("shift", [0.0, 0.5, 2.0])
def test_it_is_mann_and_whitneys_test(shift: float) -> None:
    draws = random.Random(1)
    one = [round(draws.gauss(0, 1), 1) for _ in range(25)]  # rounded: there are ties
    other = [round(draws.gauss(shift, 1), 1) for _ in range(12)]
    known = stats.mannwhitneyu(one, other, method="asymptotic").pvalue
    assert differs_by_luck(one, other) == pytest.approx(known, rel=1e-6)
    assert differs_by_luck(other, one) == pytest.approx(known, rel=1e-6)


def test_equal_figures_differ_by_luck_alone() -> None:
    assert differs_by_luck([1.0] * 9, [1.0] * 9) == 1.0


def test_luck_in_a_share_of_the_places_is_binomial() -> None:
    assert at_least_by_luck(6, 10, 0.1) == pytest.approx(stats.binom.sf(5, 10, 0.1))
    assert at_least_by_luck(0, 10, 0.1) == pytest.approx(1)


def test_numbers_are_split_at_their_middle() -> None:
    trials = [neighbour(rate, learning_rate=rate) for rate in (n / 1000 for n in range(1, 31))]
    found = split(trials, "learning_rate", of_gap)
    assert found is not None
    assert (len(found.lower), len(found.upper)) == (15, 15)
    assert found.border == 0.016
    assert found.medians == (0.008, 0.023)
    assert found.accuracies == pytest.approx((0.958, 0.973))
    assert found.better == "lower"
    assert (found.is_upper(0.0159), found.is_upper(0.016)) == (False, True)


def test_a_switch_is_split_into_off_and_on() -> None:
    trials = [neighbour(0.01 + on / 100, batch_norm=bool(on)) for on in [0] * 6 + [1] * 20]
    found = split(trials, "batch_norm", of_gap)
    assert found is not None
    assert (found.border, len(found.lower), len(found.upper)) == (True, 6, 20)
    assert found.better == "lower"


def test_what_luck_may_have_done_is_not_better() -> None:
    draws = random.Random(2)
    trials = [neighbour(draws.random(), dropout=draws.random()) for _ in range(100)]
    found = split(trials, "dropout", of_gap)
    assert found is not None
    assert found.better is None


def test_too_few_trials_are_not_split() -> None:
    few = [neighbour(n / 100, width=32 + n) for n in range(19)]
    assert split(few, "width", of_gap) is None
    assert split([*few, neighbour(0.5, width=99)], "width", of_gap) is not None
    lonely = [neighbour(0.01, batch_norm=True)] * 60 + [neighbour(0.5, batch_norm=False)] * 4
    assert split(lonely, "batch_norm", of_gap) is None
    assert split([neighbour(0.01)] * 60, "width", of_gap) is None  # all have the same
    assert split([*few, *few], "schedule", of_gap) is None  # words have no order
    assert split([*few, *few], "width", lambda _each: None) is None
