"""Learning curves of two entries in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from har_search.board.colours import LIGHT, Palette
from har_search.board.pictures import drawing, explain
from har_search.challenge.figures import Curve

_RING: Any = {"markersize": 9, "markerfacecolor": "none"}

Named = tuple[str, Curve, int]  # what the picture calls an entry, its curve and checkpoint epoch


def draw_learning_curves(entries: Sequence[Named], palette: Palette = LIGHT) -> Figure:
    """Draw entries' accuracy by epoch: test as lines, evaluated training as marks, in percent.

    Each has a colour of its own, and a ring at its checkpoint epoch.
    """
    figure, axes = drawing(palette, (6.4, 3.6), (0.82, 0.1, 0.5, 0.34))
    lowest = 0.93
    handles: list[Line2D] = []
    for (name, curve, epoch), colour in zip(entries, (palette.test, palette.ink), strict=False):
        tests = np.array(curve.test_accuracy)
        epochs = np.arange(1, len(tests) + 1)
        (line,) = axes.plot(epochs, 100 * tests, color=colour, label=f"{name}, test")
        known = [each is not None for each in curve.train_accuracy]
        train = [100 * each for each in curve.train_accuracy if each is not None]
        axes.plot(epochs[known], train, ".", color=colour, alpha=0.6)
        if 0 < epoch <= len(tests):
            axes.plot([epoch], [100 * tests[epoch - 1]], "o", color=colour, **_RING)
        lowest = min([lowest, *tests])
        handles.append(line)
    ink: Any = {"color": palette.ink, "linestyle": ""}
    handles.append(Line2D([], [], marker=".", label="train, evaluated", **ink))
    handles.append(Line2D([], [], marker="o", label="checkpoint", **ink, **_RING))
    axes.set_ylim(100 * max(lowest - 0.01, 0), 100.3)
    axes.set(xlabel="epoch", ylabel="accuracy, %")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    explain(axes, palette, handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=4)
    return figure
