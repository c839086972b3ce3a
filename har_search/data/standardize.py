"""Windows standardised by the people trained on, or by each person alone, without labels.

A feature's standard score is its value less its mean, divided by its standard deviation; with
ranks, the mean of this and of the normal score of its rank.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from har_search.challenge.inputs import AS_THEY_ARE, PERSON_RANKS, TRAIN
from har_search.data.dataset import Split
from har_search.errors import DataError

SMALLEST_SD = 1e-6  # of features about -1 to 1: less is how they were rounded, and says nothing


class Calibration(Protocol):
    """What standardises windows, measured on others or on the same."""

    def apply(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (N, F) windows standardised, float32."""


@dataclass(frozen=True, eq=False)
class Scale:
    """The standard score by each feature's `mean` and `sd` (F,), float64.

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


@dataclass(frozen=True, eq=False)
class RankedScale:
    """Halfway between the standard score and the normal score of the rank.

    `known` (F, N) is every feature of the N windows measured, in ascending order. A value's normal
    score is the standard normal quantile of the share of these below it, those equal counted half:
    of its rank less 1/2, divided by N (the rank-based inverse normal transformation with c = 1/2:
    Beasley, Erickson and Allison, 2009). It is 0 for a feature that is constant where it was
    measured, and never beyond those of the first and the last of N different values.
    """

    scale: Scale
    known: NDArray[np.float32]

    @classmethod
    def of(cls, features: NDArray[np.float32]) -> RankedScale:
        """Measure (N, F) windows, N at least 1."""
        return cls(Scale.of(features), np.sort(features.T, axis=1))

    def apply(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (N, F) windows standardised, float32."""
        from scipy.special import ndtri  # only where there are ranks: it takes a while to import

        share = np.empty(features.shape)
        for column, known in enumerate(self.known):
            values = features[:, column]
            share[:, column] = known.searchsorted(values) + known.searchsorted(values, "right")
        half = 0.5 / self.known.shape[1]
        share = np.clip(share * half, half, 1 - half)
        share[:, self.known.std(axis=1, dtype=np.float64) < SMALLEST_SD] = 0.5
        normal: NDArray[np.float64] = ndtri(share)
        standard = (features - self.scale.mean) / self.scale.sd
        return ((standard + normal) / 2).astype(np.float32)


def calibration(features: NDArray[np.float32], inputs: str) -> Calibration:
    """Measure (N, F) windows, of one person as a rule, for one of `challenge.inputs.CALIBRATED`."""
    return RankedScale.of(features) if inputs == PERSON_RANKS else Scale.of(features)


def by_person(
    features: NDArray[np.float32], subjects: NDArray[np.int64], inputs: str
) -> NDArray[np.float32]:
    """Standardise (N, F) windows, each person's by that person's own; `subjects` (N,) says whose.

    `inputs` is one of `challenge.inputs.CALIBRATED`.

    Raises:
        DataError: a person has one window only, which has no spread.
    """
    standardized = np.empty(features.shape, np.float32)
    for person in np.unique(subjects):
        own = subjects == person
        if own.sum() < 2:
            raise DataError(
                f"person {person} has one window only, which says nothing of that person's own "
                "way of moving; give all windows of some minutes"
            )
        standardized[own] = calibration(features[own], inputs).apply(features[own])
    return standardized


def standardized(train: Split, test: Split, inputs: str) -> tuple[Split, Split]:
    """Standardise both splits as one of `challenge.inputs.INPUTS` says.

    With "none" they stay as they are. With "train" the train split's mean and standard deviation
    serve both; with "person" and "person-ranks" each subject's own windows, all of those in their
    split.
    """
    if inputs == AS_THEY_ARE:
        return train, test
    if inputs == TRAIN:
        scale = Scale.of(train.features)
        features = [scale.apply(each.features) for each in (train, test)]
    else:
        features = [by_person(each.features, each.subjects, inputs) for each in (train, test)]
    ours, theirs = (
        Split(standard, each.labels, each.subjects)
        for standard, each in zip(features, (train, test), strict=True)
    )
    return ours, theirs
