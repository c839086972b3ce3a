"""Windows standardised: each feature less its mean, divided by its standard deviation.

The mean and the standard deviation are those of the people trained on, or of each person alone.
Labels take no part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from har_search.data.dataset import Split
from har_search.errors import DataError
from har_search.inputs import NONE, TRAIN

SMALLEST_SD = 1e-6  # of features about -1 to 1: less is how they were rounded, and says nothing


@dataclass(frozen=True, eq=False)
class Scale:
    """What standardises windows: each feature's `mean` and `sd` (F,), float64.

    The standard deviation is that of the whole population (divided by N). One below `SMALLEST_SD`
    is 1: a feature that is constant where it was measured is centred and not scaled.
    """

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]

    @classmethod
    def of(cls, features: NDArray[np.float32]) -> Scale:
        """Measure the scale of (N, F) windows, N at least 1."""
        numbers = features.astype(np.float64)
        sd = numbers.std(axis=0)
        return cls(numbers.mean(axis=0), np.where(sd < SMALLEST_SD, 1.0, sd))

    def apply(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (N, F) windows standardised, float32."""
        return ((features - self.mean) / self.sd).astype(np.float32)


def by_person(features: NDArray[np.float32], subjects: NDArray[np.int64]) -> NDArray[np.float32]:
    """Standardise (N, F) windows, each person's by that person's own; `subjects` (N,) says whose.

    Raises:
        DataError: a person has one window only, which has no spread.
    """
    standardized = np.empty(features.shape, np.float32)
    for person in np.unique(subjects):
        own = subjects == person
        if own.sum() < 2:
            raise DataError(
                f"person {person} has one window only, which says nothing of that person's own "
                "mean and spread; give all windows of some minutes"
            )
        standardized[own] = Scale.of(features[own]).apply(features[own])
    return standardized


def standardized(train: Split, test: Split, way: str) -> tuple[Split, Split]:
    """Standardise both splits in one of `inputs.WAYS`; `none` returns them as they are.

    With `train` the train split's mean and standard deviation serve both; with `person` each
    subject's own, from all of their windows in their split.
    """
    if way == NONE:
        return train, test
    if way == TRAIN:
        scale = Scale.of(train.features)
        features = [scale.apply(each.features) for each in (train, test)]
    else:
        features = [by_person(each.features, each.subjects) for each in (train, test)]
    ours, theirs = (
        Split(standard, each.labels, each.subjects)
        for standard, each in zip(features, (train, test), strict=True)
    )
    return ours, theirs
