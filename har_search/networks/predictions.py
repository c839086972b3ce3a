"""Activities and their probabilities for windows that nobody has labelled."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from har_search.challenge.activities import ACTIVITIES
from har_search.errors import DataError
from har_search.networks.evaluation import one_thread

FEW_WINDOWS = 100  # of one person: with fewer, calibrating costs accuracy
_AT_ONCE = 4096  # windows: of many more, the hidden layer alone would fill the memory


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a network takes N windows for.

    `activities` (N,) int64, index into `ACTIVITIES`; `probabilities` (N, C) float32, the softmax of
    the logits.
    """

    activities: NDArray[np.int64]
    probabilities: NDArray[np.float32]

    @property
    def best(self) -> NDArray[np.float32]:
        """The probability (N,) of each window's activity."""
        rows = np.arange(len(self.activities))
        best: NDArray[np.float32] = self.probabilities[rows, self.activities]
        return best


def one_person(windows: int) -> NDArray[np.int64]:
    """Return the number of the person (N,) in so many windows that are all one person's."""
    return np.ones(windows, np.int64)


def short_of_windows(subjects: NDArray[np.int64]) -> dict[int, int]:
    """Return how many windows each person has who has fewer than `FEW_WINDOWS`."""
    people, counts = np.unique(subjects, return_counts=True)
    pairs = zip(people.tolist(), counts.tolist(), strict=True)
    return {person: count for person, count in pairs if count < FEW_WINDOWS}


def predict(network: nn.Module, windows: NDArray[np.float32]) -> Predictions:
    """Recognise (N, F) windows with `network` in eval mode.

    Raises:
        DataError: an answer is no number; also finite weights can come to that.
    """
    network.eval()
    with torch.inference_mode(), one_thread():
        parts = torch.split(torch.from_numpy(windows), _AT_ONCE)
        logits = torch.cat([network(part) for part in parts])
        found = Predictions(logits.argmax(dim=1).numpy(), logits.softmax(dim=1).numpy())
    wrong = np.flatnonzero(~np.isfinite(found.probabilities).all(axis=1))
    if len(wrong):
        raise DataError(
            f"the network's answer to window {wrong[0] + 1} is no number: its weights are damaged; "
            "export or choose another trial"
        )
    return found


def to_csv(predictions: Predictions) -> str:
    """Write a row a window: its number from 1 on, activity, probability, and each activity's."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["window", "activity", "probability", *ACTIVITIES])
    rows = zip(_named(predictions), predictions.probabilities.tolist(), strict=True)
    for (window, activity, probability), every in rows:
        figures = (f"{each:.6f}" for each in (probability, *every))
        writer.writerow([window, activity, *figures])
    return text.getvalue()


def to_table(predictions: Predictions) -> str:
    """Write an aligned line a window: its number from 1 on, activity and probability in percent."""
    lines = ["window  activity            probability %"]
    for window, activity, probability in _named(predictions):
        lines.append(f"{window:6}  {activity:18}  {100 * probability:13.2f}")
    return "\n".join(lines) + "\n"


def _named(predictions: Predictions) -> Iterator[tuple[int, str, float]]:
    pairs = zip(predictions.activities.tolist(), predictions.best.tolist(), strict=True)
    for window, (activity, probability) in enumerate(pairs, start=1):
        yield window, ACTIVITIES[activity], probability
