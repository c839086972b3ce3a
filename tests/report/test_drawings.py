"""Small pictures of what hyperparameters did: groups, scales, and what the frame leaves out."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from har_search.board.colours import THEMES
from har_search.report.drawings import accuracy_by, gap_by
from har_search.report.effects import Effect, effects
from har_search.study.spec import Range, Value
from tests.report.conftest import RATE, spec_of, trials

LIGHT = THEMES["light"]


def effect_of(frame: pd.DataFrame, **search: Range | tuple[Value, ...]) -> Effect:
    (effect,) = effects(frame, spec_of(**search))
    return effect


def axes_of(figure: Figure) -> Axes:
    figure.draw_without_rendering()
    (axes,) = figure.axes
    return axes


def ticks_of(axes: Axes) -> list[str]:
    low, high = sorted(axes.get_xlim())
    ticks = axes.get_xticklabels()
    return [tick.get_text() for tick in ticks if low <= tick.get_position()[0] <= high]


def test_choices_are_named_and_each_has_the_line_of_its_median() -> None:
    effect = effect_of(trials(120), schedule=("constant", "cosine", "one-cycle"))
    axes = axes_of(accuracy_by(effect, LIGHT))
    assert ticks_of(axes) == ["constant", "cosine", "one-cycle"]
    medians = [line.get_ydata()[0] for line in axes.lines]  # type: ignore[index]
    assert medians == pytest.approx([100 * group.test_accuracy for group in effect.groups])
    assert axes.get_ylabel() == "test accuracy, %"


def test_a_choice_of_few_trials_has_no_line() -> None:
    frame = trials(60)
    frame["batch_norm"] = [True] * 56 + [False] * 4
    axes = axes_of(accuracy_by(effect_of(frame, batch_norm=(True, False)), LIGHT))
    assert len(axes.lines) == 1


def test_few_numbers_stand_side_by_side_and_many_on_a_scale_of_round_values() -> None:
    frame = trials(200)
    sizes = axes_of(gap_by(effect_of(frame, batch_size=(32, 64, 128)), LIGHT))
    assert ticks_of(sizes) == ["32", "64", "128"]
    assert sizes.get_ylabel() == "gap, pp"
    rates = axes_of(gap_by(effect_of(frame, learning_rate=RATE), LIGHT))
    assert rates.get_xscale() == "log"
    assert ticks_of(rates) == ["0.0003", "0.001", "0.003", "0.01", "0.03"]
    assert len(rates.lines) == 1


def test_every_trial_is_a_mark_or_counted_as_outside() -> None:
    frame = trials(200)
    frame.loc[:2, "test_accuracy"] = 0.2
    frame.loc[:1, "gap"] = 0.7
    effect = effect_of(frame, learning_rate=RATE)
    for figure, outside in (
        (accuracy_by(effect, LIGHT), "3 more below the frame"),
        (gap_by(effect, LIGHT), "2 more above the frame"),
    ):
        axes = axes_of(figure)
        assert [text.get_text() for text in axes.texts] == [outside]
        marks = sum(len(np.asarray(each.get_offsets())) for each in axes.collections)
        assert marks == 200 - int(outside[0])


def test_without_trials_the_picture_is_empty() -> None:
    axes = axes_of(accuracy_by(effect_of(trials(0), learning_rate=RATE), LIGHT))
    assert not axes.lines
    assert not axes.collections
    assert axes.get_xlabel() == "learning rate"
