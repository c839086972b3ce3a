"""What hyperparameters did, on data where it is known, and against scipy."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from har_search.report.effects import FEWEST_TRIALS, Effect, Tendency, effects
from har_search.report.importance import FEWEST_TRIALS as FEWEST_FOR_IMPORTANCE
from har_search.report.importance import MOST_TRIALS, importances
from har_search.report.words import words
from har_search.study.file import load_spec
from har_search.study.spec import Range, StudySpec, Value

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
RATE = Range(0.0001, 0.1, log=True)
NOISE = 0.002


def spec_of(**search: Range | tuple[Value, ...]) -> StudySpec:
    return replace(load_spec("lesson"), search=search)


def trials(count: int, test: Callable[[Floats], Floats] | None = None) -> pd.DataFrame:
    """Made-up trials; `test` adds to test accuracy by the learning rate's place, 0 to 1."""
    chance = np.random.default_rng(561)
    place = chance.uniform(0, 1, count)
    accuracy = 0.95 + chance.normal(0, NOISE, count) + (0 if test is None else test(place))
    gap = 0.02 + chance.normal(0, NOISE, count)
    return pd.DataFrame(
        {
            "number": range(count),
            "pruned": chance.uniform(0, 1, count) < 0.5,
            "start": None,
            "student": "ann",
            "score": accuracy,
            "test_accuracy": accuracy,
            "gap": gap,
            "learning_rate": 10 ** (-4 + 3 * place),
            "batch_norm": chance.uniform(0, 1, count) < 0.5,
            "batch_size": chance.choice([32, 64, 128], count),
            "schedule": chance.choice(["constant", "cosine", "one-cycle"], count),
        }
    )


def only(found: list[Effect]) -> tuple[Effect, Tendency, Tendency]:
    (effect,) = found
    assert effect.tendencies is not None
    return effect, *effect.tendencies


def test_what_rises_is_said_to_and_is_scipys_correlation() -> None:
    frame = trials(200, lambda place: -0.02 * place)
    effect, accuracy, gap = only(effects(frame, spec_of(learning_rate=RATE)))
    expected = stats.spearmanr(frame["learning_rate"], frame["test_accuracy"])
    assert accuracy.correlation == pytest.approx(expected.statistic)
    assert accuracy.p == pytest.approx(expected.pvalue)
    assert accuracy.clear
    assert not gap.clear
    text = " ".join(words(effect))
    assert "Larger values went strongly with lower test accuracy (ρ\u00a0=\u00a0−0.9" in text
    assert "Its median was highest at 0.0001" in text
    assert "No clear tendency in gap" in text
    assert effect.log
    assert effect.title == "learning rate"


def test_a_bend_is_seen_though_it_neither_rises_nor_falls() -> None:
    frame = trials(300, lambda place: -0.06 * (place - 0.5) ** 2)
    effect, accuracy, _ = only(effects(frame, spec_of(learning_rate=RATE)))
    assert accuracy.bends
    assert accuracy.turn == "highest"
    assert not accuracy.clear
    text = " ".join(words(effect))
    assert "Middle values went with higher test accuracy than both ends" in text
    assert "Its median was highest at 0.00" in text


def test_steps_that_neither_rise_nor_turn_are_seen_to_differ() -> None:
    frame = trials(400, lambda place: 0.01 * (place // 0.25 % 2))
    effect, accuracy, _ = only(effects(frame, spec_of(learning_rate=RATE)))
    assert accuracy.any
    assert "Its median was highest at" in " ".join(words(effect))


def test_a_gap_that_is_smallest_in_between_is_said_to_be() -> None:
    frame = trials(300)
    place = (np.log10(frame["learning_rate"]) + 4) / 3
    frame["gap"] += 0.06 * (place - 0.4) ** 2
    effect, _, gap = only(effects(frame, spec_of(learning_rate=RATE)))
    assert gap.turn == "lowest"
    text = " ".join(words(effect))
    assert "Middle values went with a smaller gap than both ends" in text


def test_nothing_is_made_of_noise() -> None:
    spec = spec_of(
        learning_rate=RATE, batch_norm=(True, False), schedule=("constant", "cosine", "one-cycle")
    )
    rate, norm, schedule = effects(trials(200), spec)
    assert words(rate)[0].startswith("No clear tendency in test accuracy (")
    assert "no clear difference" in words(norm)[0]
    assert "no clear difference" in words(schedule)[0]


def test_groups_hold_each_trial_once_and_their_medians() -> None:
    frame = trials(150)
    spec = spec_of(learning_rate=RATE, batch_size=(32, 64, 128))
    for effect in effects(frame, spec):
        assert sum(group.trials for group in effect.groups) == 150
    sizes = effects(frame, spec)[1]
    assert [group.label for group in sizes.groups] == ["32", "64", "128"]
    for group in sizes.groups:
        own = frame[frame["batch_size"] == int(group.label)]
        assert group.test_accuracy == pytest.approx(own["test_accuracy"].median())
        assert group.gap == pytest.approx(own["gap"].median())
    assert sizes.log


def test_with_and_without_are_compared_by_their_medians() -> None:
    frame = trials(100)
    frame["test_accuracy"] += np.where(frame["batch_norm"], 0.01, 0.0)
    effect, accuracy, _ = only(effects(frame, spec_of(batch_norm=(True, False))))
    assert accuracy.clear
    assert accuracy.correlation is None
    having = frame[frame["batch_norm"]]["test_accuracy"]
    without = frame[~frame["batch_norm"]]["test_accuracy"]
    assert accuracy.p == pytest.approx(stats.kruskal(having, without).pvalue)
    difference = 100 * (having.median() - without.median())
    text = words(effect)[0]
    assert f"With it the median test accuracy was {100 * having.median():.2f} %" in text
    assert f"{difference:.2f} pp higher with it, a clear difference" in text


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


def test_a_studys_starts_are_left_out() -> None:
    frame = trials(40)
    frame.loc[0, "start"] = "lesson"
    (effect,) = effects(frame, spec_of(learning_rate=RATE))
    assert len(effect.values) == 39


def test_figures_that_are_all_alike_are_no_tendency() -> None:
    frame = trials(40).assign(test_accuracy=0.5, gap=0.1)
    _, accuracy, gap = only(effects(frame, spec_of(learning_rate=RATE)))
    assert not accuracy.clear
    assert not gap.clear


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
