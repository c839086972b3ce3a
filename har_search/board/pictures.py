"""Pictures of a search and of a trial, drawn by matplotlib: accuracies in percent, gaps in pp."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from har_search.board.status import Point
from har_search.challenge.activities import ACTIVITIES, activity_name
from har_search.challenge.figures import Curve
from har_search.challenge.rules import Track

MANY = 500  # marks
Margins = tuple[float, float, float, float]  # left, right, bottom, top, in inches


@dataclass(frozen=True)
class Theme:
    """Colours of a picture; the background is left to the page."""

    ink: str
    faint: str
    accents: tuple[str, ...]
    cloud: str
    heat: str


THEMES: Mapping[str, Theme] = {
    "light": Theme("#1d2733", "#d5dbe3", ("#0b7a55", "#a3480b", "#5a4fcf"), "#7b8ba1", "Blues"),
    "dark": Theme("#e6ebf2", "#3a4656", ("#3ecf9a", "#ff9f5a", "#a79bff"), "#7f8fa6", "cividis"),
}


def draw_learning_curve(curve: Curve, epoch: int, theme: Theme = THEMES["light"]) -> Figure:
    """Draw accuracy by epoch, the checkpoint epoch marked."""
    epochs = np.arange(1, len(curve.test_accuracy) + 1)
    with drawing(theme, (6.4, 3.6), (0.82, 0.1, 0.5, 0.34)) as (figure, axes):
        known = [each is not None for each in curve.train_accuracy]
        train = [100 * each for each in curve.train_accuracy if each is not None]
        axes.plot(
            epochs,
            100 * np.array(curve.running_train_accuracy),
            color=theme.cloud,
            linestyle=":",
            label="train, running (dropout on)",
        )
        mark = "-" if all(known) else "o"
        axes.plot(epochs[known], train, mark, color=theme.accents[1], label="train, evaluated")
        axes.plot(epochs, 100 * np.array(curve.test_accuracy), color=theme.accents[0], label="test")
        axes.axvline(epoch, color=theme.ink, linewidth=0.8, linestyle="--")
        axes.annotate(
            f"checkpoint: epoch {epoch}",
            (epoch, 0.02),
            xycoords=("data", "axes fraction"),
            xytext=(4, 0) if epoch <= len(epochs) / 2 else (-4, 0),
            textcoords="offset points",
            ha="left" if epoch <= len(epochs) / 2 else "right",
        )
        lowest = 100 * min([*curve.test_accuracy, *(each / 100 for each in train)], default=0.8)
        axes.set_ylim(max(min(lowest - 1, 92), 0), 100.3)
        axes.set(xlabel="epoch", ylabel="accuracy, %")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
        return figure


def draw_confusion_matrix(
    confusion: Sequence[Sequence[int]], theme: Theme = THEMES["light"]
) -> Figure:
    """Draw test windows by activity (row) and what they were taken for (column)."""
    counts = np.array(confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    with drawing(theme, (5.4, 4.4), (1.75, 0.1, 1.15, 0.1), grid=False) as (figure, axes):
        colours = mpl.colormaps[theme.heat]
        axes.imshow(shares, cmap=colours, vmin=0, vmax=1)
        for (row, column), count in np.ndenumerate(counts):
            red, green, blue, _ = colours(shares[row, column])
            bright = 0.299 * red + 0.587 * green + 0.114 * blue > 0.55  # luma, ITU-R BT.601
            axes.text(
                column,
                row,
                f"{count:,}" if count else "·",
                ha="center",
                va="center",
                color="#10151c" if bright else "#ffffff",
            )
        names = [activity_name(each) for each in ACTIVITIES]
        axes.set_xticks(range(len(counts)), names, rotation=30, ha="right")
        axes.set_yticks(range(len(counts)), names)
        axes.set(xlabel="taken for", ylabel="activity (test windows)")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        return figure


def draw_accuracy_against_gap(
    points: Sequence[Point], tracks: Sequence[Track], theme: Theme = THEMES["light"]
) -> Figure:
    """Draw trials by gap and test accuracy, each track's zone shaded, the lesson's network starred.

    Trials far below the tracks are left out of the frame, and counted on it.
    """
    gaps = 100 * np.array([each.gap for each in points])
    accuracies = 100 * np.array([each.test_accuracy for each in points])
    qualify = np.array(
        [any(track.qualifies(each.test_accuracy, each.gap) for track in tracks) for each in points],
        dtype=bool,
    )
    left, right, bottom, top = -1.0, 7.0, 92.0, 98.5
    with drawing(theme, (6.4, 4.2), (0.6, 0.15, 0.5, 0.08)) as (figure, axes):
        axes.set(xlim=(left, right), ylim=(bottom, top))
        for track, colour in zip(tracks, theme.accents, strict=False):
            _shade(axes, track, colour)
        # Thousands of marks would make a heavy picture: they are pixels then.
        style: Any = {"s": 14, "linewidths": 0, "rasterized": len(points) > MANY}
        axes.scatter(gaps[~qualify], accuracies[~qualify], color=theme.cloud, alpha=0.6, **style)
        axes.scatter(gaps[qualify], accuracies[qualify], color=theme.accents[0], **style)
        lesson = np.array([each.lesson for each in points], dtype=bool)
        if lesson.any():
            star: Any = {"marker": "*", "s": 130, "color": theme.accents[1], "zorder": 3}
            axes.scatter(gaps[lesson], accuracies[lesson], label="the lesson's network", **star)
            axes.legend(loc="upper right", frameon=False)
        inside = (gaps >= left) & (gaps <= right) & (accuracies >= bottom) & (accuracies <= top)
        outside = len(points) - int(inside.sum())
        if outside:
            text = f"{outside:,} more outside of the frame"
            axes.text(0.99, 0.02, text, transform=axes.transAxes, ha="right", alpha=0.8)
        axes.set(xlabel="train-test gap, pp (smaller is better)", ylabel="test accuracy, %")
        return figure


def _shade(axes: Axes, track: Track, colour: str) -> None:
    (left, right), (_, top) = axes.get_xlim(), axes.get_ylim()
    edge = right if track.gap_below is None else 100 * track.gap_below
    floor = 100 * track.test_accuracy_above
    zone = Rectangle((left, floor), edge - left, top - floor)
    zone.set(facecolor=colour, alpha=0.14, linewidth=0)
    axes.add_patch(zone)
    at = (left + 0.1, floor + 0.06) if edge < right else (right - 0.1, floor + 0.06)
    label = axes.text(*at, f"track {track.name}", color=colour, weight="bold", clip_on=True)
    label.set_horizontalalignment("left" if edge < right else "right")


@contextmanager
def drawing(
    theme: Theme, size: tuple[float, float], margins: Margins, *, grid: bool = True
) -> Iterator[tuple[Figure, Axes]]:
    """Make a figure of `size` inches with one pair of axes in the theme's colours.

    Margins are given: working them out would take half of the time that a picture takes.
    """
    colours = {"text.color", "axes.labelcolor", "xtick.color", "ytick.color"}
    settings: Any = {
        **dict.fromkeys(colours, theme.ink),
        "axes.edgecolor": theme.faint,
        "grid.color": theme.faint,
        "grid.linewidth": 0.6,
        "font.size": 10.5,
        "svg.fonttype": "none",
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=size)
        figure.patch.set_alpha(0)
        (width, height), (left, right, bottom, top) = size, margins
        figure.subplots_adjust(left / width, bottom / height, 1 - right / width, 1 - top / height)
        axes = figure.add_subplot()
        axes.patch.set_alpha(0)
        axes.spines[["top", "right"]].set_visible(False)
        if grid:
            axes.grid(visible=True)
            axes.set_axisbelow(True)
        yield figure, axes


def png(figure: Figure, background: str = "white") -> bytes:
    """Write a figure as PNG, 144 pixels an inch."""
    file = io.BytesIO()
    options = {"compress_level": 2}  # the strongest takes as long as the drawing
    figure.savefig(file, format="png", dpi=144, facecolor=background, pil_kwargs=options)
    return file.getvalue()


def svg(figure: Figure) -> bytes:
    """Write a figure as SVG with a transparent background, its text as text."""
    file = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "har-search"}):
        figure.savefig(file, format="svg", dpi=144, metadata={"Date": None})
    return file.getvalue()
