"""What hyperparameters did, on data where it is known, and against scipy."""

import numpy as np
import pytest
from scipy import stats

from har_search.report.effects import effects
from har_search.report.words import words
from tests.report.conftest import RATE, only, spec_of, trials


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
