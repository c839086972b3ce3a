"""What hyperparameters did, in words, also where there is too little to tell."""

import numpy as np
import pytest

from har_search.report.effects import FEWEST_TRIALS, effects
from har_search.report.words import words
from har_search.study.spec import Range, Value
from tests.report.conftest import RATE, only, spec_of, trials


def test_nothing_is_made_of_noise() -> None:
    spec = spec_of(
        learning_rate=RATE, batch_norm=(True, False), schedule=("constant", "cosine", "one-cycle")
    )
    rate, norm, schedule = effects(trials(200), spec)
    assert words(rate)[0].startswith("No clear tendency in test accuracy (")
    assert "no clear difference" in words(norm)[0]
    assert "no clear difference" in words(schedule)[0]


def test_choices_without_an_order_are_listed_best_first() -> None:
    frame = trials(120)
    frame["test_accuracy"] += np.where(frame["schedule"] == "cosine", 0.01, 0.0)
    spec = spec_of(schedule=("constant", "cosine", "one-cycle"))
    effect, accuracy, _ = only(effects(frame, spec))
    assert accuracy.clear
    assert words(effect)[0].startswith("Median test accuracy: cosine 9")


@pytest.mark.parametrize(
    ("count", "search", "said"),
    [
        (FEWEST_TRIALS - 1, {"learning_rate": RATE}, "Only 19 trials chose a value: too few"),
        (0, {"learning_rate": RATE}, "Only 0 trials chose a value: too few"),
        (1, {"batch_norm": (True, False)}, "Only 1 trial chose a value: too few"),
    ],
)
def test_few_trials_are_said_to_be_too_few(
    count: int, search: dict[str, Range | tuple[Value, ...]], said: str
) -> None:
    (effect,) = effects(trials(count), spec_of(**search))
    assert words(effect) == [f"{said} to tell."]


def test_a_value_that_hardly_varies_is_not_judged() -> None:
    frame = trials(40)
    frame["batch_norm"] = [True] * 38 + [False] * 2
    (effect,) = effects(frame, spec_of(batch_norm=(True, False)))
    assert words(effect) == ["Only 2 trials had none of it: too few to tell."]
    frame["learning_rate"] = 0.001
    (effect,) = effects(frame, spec_of(learning_rate=RATE))
    assert words(effect) == ["All 40 trials had 0.001: nothing to compare."]
