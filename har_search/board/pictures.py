"""Pictures of a search and of a trial, drawn by matplotlib: accuracies in percent, gaps in pp.

Colours and sizes are given to each part, because matplotlib's own settings are the process's, and
several threads draw at once.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from threading import Lock
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from har_search.board.colours import LIGHT, Palette, Rgb, contrast, rgb
from har_search.board.frame import Frame, frame
from har_search.board.status import Point
from har_search.challenge.activities import ACTIVITIES, activity_name, short_activity_name
from har_search.challenge.figures import Curve
from har_search.challenge.rules import Track

MANY = 500  # marks
TEXT = 10.5  # points
SMALL_TEXT = 9.5
Margins = tuple[float, float, float, float]  # left, right, bottom, top, in inches
# Where accuracy against gap has its axes, in inches: the size, then the margins. The narrow one is
# for telephones, whose screens show it as it is.
WIDE: tuple[tuple[float, float], Margins] = ((6.4, 4.2), (0.78, 0.15, 0.5, 0.34))
NARROW: tuple[tuple[float, float], Margins] = ((3.5, 3.2), (0.72, 0.1, 0.48, 0.32))
_WRITING = Lock()  # the settings that writing needs are the process's, too


def draw_learning_curve(
    curve: Curve, epoch: int, palette: Palette = LIGHT, *, narrow: bool = False
) -> Figure:
    """Draw accuracy by epoch, the checkpoint epoch marked; `narrow` for a telephone."""
    epochs = np.arange(1, len(curve.test_accuracy) + 1)
    size, margins = (6.4, 3.6), (0.82, 0.1, 0.5, 0.34)
    if narrow:
        size, margins = (3.5, 3.2), (0.58, 0.1, 0.48, 0.68)
    figure, axes = drawing(palette, size, margins)
    known = [each is not None for each in curve.train_accuracy]
    train = [100 * each for each in curve.train_accuracy if each is not None]
    axes.plot(
        epochs,
        100 * np.array(curve.running_train_accuracy),
        color=palette.train,
        linestyle=":",
        label="train, running (dropout on)",
    )
    axes.plot(
        epochs[known],
        train,
        "-" if all(known) else "o",
        color=palette.train,
        label="train, evaluated",
    )
    axes.plot(epochs, 100 * np.array(curve.test_accuracy), color=palette.test, label="test")
    axes.axvline(epoch, color=palette.ink, linewidth=0.8, linestyle="--")
    axes.annotate(
        f"checkpoint: epoch {epoch}",
        (epoch, 0.02),
        xycoords=("data", "axes fraction"),
        xytext=(4, 0) if epoch <= len(epochs) / 2 else (-4, 0),
        textcoords="offset points",
        ha="left" if epoch <= len(epochs) / 2 else "right",
        color=palette.ink,
        size=_text(figure),
    )
    lowest = 100 * min([*curve.test_accuracy, *(each / 100 for each in train)], default=0.8)
    axes.set_ylim(max(min(lowest - 1, 92), 0), 100.3)
    axes.set(xlabel="epoch", ylabel="accuracy, %")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    explain(axes, palette, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2 if narrow else 3)
    return figure


def draw_confusion_matrix(
    confusion: Sequence[Sequence[int]], palette: Palette = LIGHT, *, narrow: bool = False
) -> Figure:
    """Draw test windows by activity (row) and what they were taken for (column)."""
    counts = np.array(confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size, margins = (5.4, 4.4), (1.75, 0.1, 1.15, 0.1)
    if narrow:
        size, margins = (3.5, 3.3), (0.8, 0.05, 0.52, 0.1)
    figure, axes = drawing(palette, size, margins, grid=False)
    heat = LinearSegmentedColormap.from_list("share", [palette.card, palette.test])
    axes.imshow(shares, cmap=heat, vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        axes.text(
            column,
            row,
            f"{count:,}" if count else "·",
            ha="center",
            va="center",
            color=_readable_on(heat(shares[row, column])[:3]),
            size=_text(figure),
        )
    name = short_activity_name if narrow else activity_name
    names = [name(each) for each in ACTIVITIES]
    turned: Any = {} if narrow else {"rotation": 30, "ha": "right"}
    axes.set_xticks(range(len(counts)), names, **turned)
    axes.set_yticks(range(len(counts)), names)
    axes.set(xlabel="taken for", ylabel="" if narrow else "activity (test windows)")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def _readable_on(ground: Rgb) -> str:
    return max(("#10151c", "#ffffff"), key=lambda each: contrast(rgb(each), ground))


def draw_accuracy_against_gap(
    points: Sequence[Point],
    tracks: Sequence[Track],
    palette: Palette = LIGHT,
    *,
    narrow: bool = False,
) -> Figure:
    """Draw trials by gap and test accuracy, each track's zone shaded, the lesson's network starred.

    A trial that qualifies has its track's colour, and that of its second one around it. Trials
    outside of the frame are counted on it.
    """
    gaps = 100 * np.array([each.gap for each in points])
    tests = 100 * np.array([each.test_accuracy for each in points])
    edges = frame(points, tracks)
    figure, axes = drawing(palette, *(NARROW if narrow else WIDE))
    axes.set(xlim=(edges.left, edges.right), ylim=(edges.bottom, edges.top))
    for track, colour in zip(tracks, palette.tracks, strict=False):
        _shade(axes, track, colour)
    # Thousands of marks would make a heavy picture: they are pixels then.
    style: Any = {"s": 14, "linewidths": 0, "rasterized": len(points) > MANY}
    groups: dict[tuple[str, ...], list[int]] = {}
    for place, each in enumerate(points):
        groups.setdefault(_colours(each, tracks, palette), []).append(place)
    for colours, members in sorted(groups.items(), key=lambda group: len(group[0])):
        own = dict(style)
        if not colours:
            own |= {"color": palette.other, "alpha": 0.6}
        else:
            own |= {"facecolors": colours[0], "edgecolors": colours[-1]}
            own |= {"s": 22, "linewidths": 1.6} if len(colours) > 1 else {"s": 18}
        axes.scatter(gaps[members], tests[members], **own)
    lesson = [place for place, each in enumerate(points) if each.lesson]
    if lesson:
        star: Any = {"marker": "*", "s": 130, "color": palette.ink, "zorder": 3}
        axes.scatter(gaps[lesson], tests[lesson], label="the lesson's network", **star)
        explain(axes, palette, loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.1)
    _count_outside(axes, points, edges, palette)
    axes.set(xlabel="train-test gap, pp (smaller is better)", ylabel="test accuracy, %")
    return figure


def _colours(point: Point, tracks: Sequence[Track], palette: Palette) -> tuple[str, ...]:
    """Return the colours of the first two tracks that a trial qualifies for."""
    passed = [
        colour
        for track, colour in zip(tracks, palette.tracks, strict=False)
        if track.qualifies(point.test_accuracy, point.gap)
    ]
    return tuple(passed[:2])


def _count_outside(axes: Axes, points: Sequence[Point], edges: Frame, palette: Palette) -> None:
    outside = sum(not edges.holds(100 * each.gap, 100 * each.test_accuracy) for each in points)
    if outside:
        text = f"{outside:,} more outside of the frame"
        size = _text(axes.get_figure(root=True))
        place = axes.transAxes
        axes.text(0.99, 0.02, text, transform=place, ha="right", color=palette.quiet, size=size)


def _shade(axes: Axes, track: Track, colour: str) -> None:
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    edge = right if track.gap_below is None else 100 * track.gap_below
    floor = 100 * track.test_accuracy_above
    zone = Rectangle((left, floor), edge - left, top - floor)
    zone.set(facecolor=colour, alpha=0.14, linewidth=0)
    axes.add_patch(zone)
    across, up = 0.012 * (right - left), 0.01 * (top - bottom)
    at = (left + across, floor + up) if edge < right else (right - across, floor + up)
    size = _text(axes.get_figure(root=True))
    label = axes.text(*at, f"track {track.name}", color=colour, weight="bold", size=size)
    label.set_clip_on(True)
    label.set_horizontalalignment("left" if edge < right else "right")


def drawing(
    palette: Palette, size: tuple[float, float], margins: Margins, *, grid: bool = True
) -> tuple[Figure, Axes]:
    """Make a figure of `size` inches with one pair of axes in the palette's colours.

    Margins are given: working them out would take half of the time that a picture takes.
    """
    figure = Figure(figsize=size)
    figure.patch.set_alpha(0)
    (width, height), (left, right, bottom, top) = size, margins
    figure.subplots_adjust(left / width, bottom / height, 1 - right / width, 1 - top / height)
    axes = figure.add_subplot()
    axes.patch.set_alpha(0)
    text = _text(figure)
    axes.tick_params(which="both", color=palette.line, labelcolor=palette.ink, labelsize=text)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set(color=palette.ink, size=text)
    axes.spines[:].set_color(palette.line)
    axes.spines[["top", "right"]].set_visible(False)
    if grid:
        axes.grid(visible=True, color=palette.line, linewidth=0.6)
        axes.set_axisbelow(True)
    return figure, axes


def _text(figure: Figure | None) -> float:
    """Return the size of a figure's text, in points."""
    return TEXT if figure is None or figure.get_figwidth() > NARROW[0][0] else SMALL_TEXT


def explain(axes: Axes, palette: Palette, **where: Any) -> None:
    """Say beside the axes what each mark means; `where` is as for matplotlib's legend."""
    size = _text(axes.get_figure(root=True))
    axes.legend(frameon=False, labelcolor=palette.ink, fontsize=size, **where)


def png(figure: Figure, background: str = "white") -> bytes:
    """Write a figure as PNG, 144 pixels an inch."""
    file = io.BytesIO()
    options = {"compress_level": 2}  # the strongest takes as long as the drawing
    figure.savefig(file, format="png", dpi=144, facecolor=background, pil_kwargs=options)
    return file.getvalue()


def svg(figure: Figure) -> bytes:
    """Write a figure as SVG with a transparent background, its text as text."""
    file = io.BytesIO()
    with _WRITING, mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "har-search"}):
        figure.savefig(file, format="svg", dpi=144, metadata={"Date": None})
    return file.getvalue()
