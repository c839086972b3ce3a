"""How much hyperparameters mattered, on data where it is known."""

import pytest

from har_search.report.importance import FEWEST_TRIALS as FEWEST_FOR_IMPORTANCE
from har_search.report.importance import MOST_TRIALS, importances
from tests.report.conftest import RATE, spec_of, trials

IMPORTANT = {"learning_rate": RATE, "batch_norm": (True, False), "batch_size": (32, 64, 128)}


def test_what_matters_is_important_beyond_luck() -> None:
    frame = trials(200, lambda place: -0.02 * place)
    found = importances(frame, spec_of(**IMPORTANT))
    assert [each.name for each in found if each.clear] == ["learning_rate"]
    assert found[0].name == "learning_rate"
    assert sum(each.share for each in found) == pytest.approx(1)
    assert importances(frame, spec_of(**IMPORTANT)) == found


def test_nothing_is_important_where_nothing_matters() -> None:
    found = importances(trials(200), spec_of(**IMPORTANT))
    assert sum(each.share for each in found) == pytest.approx(1)
    assert not [each for each in found if each.clear]


def test_importance_needs_trials_and_differences() -> None:
    spec = spec_of(**IMPORTANT)
    assert importances(trials(FEWEST_FOR_IMPORTANCE - 1), spec) == []
    assert importances(trials(60).assign(score=0.9), spec) == []


def test_many_trials_are_thinned_out() -> None:
    frame = trials(2 * MOST_TRIALS, lambda place: -0.02 * place)
    assert importances(frame, spec_of(**IMPORTANT))[0].name == "learning_rate"
