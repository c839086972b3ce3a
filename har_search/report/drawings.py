"""What each hyperparameter did, as small pictures: a mark a trial and the line of medians."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from har_search.board.colours import Palette
from har_search.board.pictures import MANY, drawing
from har_search.report.effects import DISTINCT, FEWEST_IN_GROUP, Effect

SIZE = (3.9, 2.5)  # inches
MARGINS = (0.62, 0.12, 0.5, 0.26)


def accuracy_by(effect: Effect, palette: Palette) -> Figure:
    """Draw test accuracy by a hyperparameter's value."""
    medians = [100 * group.test_accuracy for group in effect.groups]
    return _by(
        effect, 100 * effect.test_accuracy, medians, "test accuracy, %", palette, worst="low"
    )


def gap_by(effect: Effect, palette: Palette) -> Figure:
    """Draw the gap by a hyperparameter's value."""
    medians = [100 * group.gap for group in effect.groups]
    return _by(effect, 100 * effect.gap, medians, "gap, pp", palette, worst="high")


def _by(
    effect: Effect,
    figures: np.ndarray[Any, np.dtype[np.float64]],
    medians: list[float],
    label: str,
    palette: Palette,
    worst: str,
) -> Figure:
    figure, axes = drawing(palette, SIZE, MARGINS)
    axes.set(xlabel=effect.title, ylabel=label)
    if len(figures) == 0:
        return figure
    places, at = _places(effect)
    inside = _frame(axes, figures, worst)
    many = len(figures) > MANY
    opacity = min(1.0, 3 * MANY / max(len(figures), 1)) if many else 1.0
    for members, colour in ((effect.pruned, palette.other), (~effect.pruned, palette.complete)):
        shown = members & inside
        axes.scatter(
            places[shown],
            figures[shown],
            s=5 if many else 9,
            linewidths=0,
            alpha=opacity * (0.55 if colour == palette.other else 0.85),
            color=colour,
            rasterized=many,
        )
    if effect.choices or len(np.unique(effect.values)) <= DISTINCT:
        for place, group, median in zip(at, effect.groups, medians, strict=True):
            if group.trials >= FEWEST_IN_GROUP:
                ends = place - 0.32, place + 0.32
                axes.plot(ends, (median, median), color=palette.ink, linewidth=2, zorder=4)
    else:
        axes.plot(at, medians, color=palette.ink, linewidth=1.8, marker="o", markersize=3.2)
    _scale(axes, effect, at)
    if outside := int((~inside).sum()):
        text = f"{outside:,} more {'below' if worst == 'low' else 'above'} the frame"
        axes.text(
            1,
            1.02,
            text,
            transform=axes.transAxes,
            ha="right",
            va="bottom",
            color=palette.ink,
            size=9,
        )
    return figure


def _places(
    effect: Effect,
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]:
    """Return where each trial and each group stands: few values are strips side by side."""
    distinct = np.unique(effect.values)
    at = np.array([group.at for group in effect.groups])
    if not effect.choices and len(distinct) > DISTINCT:
        return effect.values, at
    if effect.choices:
        places, at = effect.values, at
    else:
        places, at = (
            np.searchsorted(distinct, effect.values).astype(float),
            np.arange(len(distinct)),
        )
    spread = np.random.default_rng(0).uniform(-0.26, 0.26, len(places))  # marks apart, always alike
    return places + spread, np.asarray(at, float)


def _frame(
    axes: Axes, figures: np.ndarray[Any, np.dtype[np.float64]], worst: str
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Let the worst 2 % not decide the scale; return which trials are within the frame."""
    low, high = np.quantile(figures, (0.02, 1.0) if worst == "low" else (0.0, 0.98))
    margin = max(0.06 * (high - low), 0.05)
    axes.set_ylim(low - margin, high + margin)
    return np.asarray((figures >= low - margin) & (figures <= high + margin))


def _scale(axes: Axes, effect: Effect, at: np.ndarray[Any, np.dtype[np.float64]]) -> None:
    distinct = np.unique(effect.values)
    if effect.choices:
        axes.set_xticks(range(len(effect.choices)), effect.choices)
        axes.set_xlim(-0.6, len(effect.choices) - 0.4)
    elif len(distinct) <= DISTINCT:
        axes.set_xticks(at, [f"{each:g}" for each in distinct])
        axes.set_xlim(-0.6, len(distinct) - 0.4)
    elif effect.log:
        axes.set_xscale("log")
        low, high = effect.values.min(), effect.values.max()
        axes.xaxis.set_major_locator(FixedLocator(_steps(low, high)))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _steps(low: float, high: float) -> list[float]:
    """Return round values within a range for a logarithmic axis."""
    factors = (1, 3) if high > 30 * low else (1, 2, 5)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = [factor * 10.0**power for power in powers for factor in factors]
    within = [each for each in steps if low <= each <= high]
    return within[:: math.ceil(len(within) / 6)] if within else [low, high]
