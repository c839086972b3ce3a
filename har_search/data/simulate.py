"""Simulated windows for where the real data cannot be had.

Same shape, names, subjects and label counts as UCI HAR, and hard in the same way, but no phone
measured them: 561 bounded mixtures of a few hidden numbers, with noise. An activity is a place
among these numbers, and each person does each activity a little elsewhere, so that a network does
better on the people it was trained on than on new ones. Figures on these data say nothing about
the homework.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from har_search.challenge.activities import FEATURE_COUNT
from har_search.data.dataset import SIMULATED, Dataset, Split, fingerprint

TRAIN_SUBJECTS = (1, 3, 5, 6, 7, 8, 11, 14, 15, 16, 17, 19, 21, 22, 23, 25, 26, 27, 28, 29, 30)
TEST_SUBJECTS = (2, 4, 9, 10, 12, 13, 18, 20, 24)
TRAIN_LABEL_COUNTS = (1226, 1073, 986, 1286, 1374, 1407)
TEST_LABEL_COUNTS = (496, 471, 420, 491, 532, 537)

# Chosen so that the lesson's network scores like on the real data (tests/data/test_simulate.py).
HIDDEN = 24
ACTIVITY_SPREAD = 1.0
PERSON_SHIFT = 0.8
WINDOW_SPREAD = 0.7
FEATURE_NOISE = 0.5


def simulate(seed: int = 0) -> Dataset:
    """Return the simulated data set; the same seed gives the same windows."""
    generator = np.random.default_rng(seed)
    centres = generator.normal(0, ACTIVITY_SPREAD, (len(TRAIN_LABEL_COUNTS), HIDDEN))
    mixing = generator.normal(0, 1 / np.sqrt(HIDDEN), (HIDDEN, FEATURE_COUNT))
    offsets = generator.normal(0, 0.5, FEATURE_COUNT)
    train, test = (
        _simulate_split(generator, centres, mixing, offsets, subjects, counts)
        for subjects, counts in (
            (TRAIN_SUBJECTS, TRAIN_LABEL_COUNTS),
            (TEST_SUBJECTS, TEST_LABEL_COUNTS),
        )
    )
    return Dataset(
        SIMULATED, train, test, feature_names(), fingerprint(train, test), "simulated, not measured"
    )


def _simulate_split(
    generator: np.random.Generator,
    centres: NDArray[np.float64],
    mixing: NDArray[np.float64],
    offsets: NDArray[np.float64],
    subjects: tuple[int, ...],
    counts: tuple[int, ...],
) -> Split:
    labels = np.repeat(np.arange(len(counts)), counts)
    people = np.arange(len(labels)) % len(subjects)
    shifts = generator.normal(0, PERSON_SHIFT, (len(subjects), len(counts), HIDDEN))
    hidden = centres[labels] + shifts[people, labels]
    hidden += generator.normal(0, WINDOW_SPREAD, hidden.shape)
    noise = generator.normal(0, FEATURE_NOISE, (len(labels), FEATURE_COUNT))
    features = np.tanh(hidden @ mixing + offsets + noise).astype(np.float32)
    order = np.lexsort((labels, people))  # person by person, as published
    return Split(features[order], labels[order], np.array(subjects)[people[order]])


def feature_names() -> tuple[str, ...]:
    """Return UCI HAR's 561 feature names, from the rule that they follow."""
    moments = ("mean()", "std()", "mad()", "max()", "min()")
    names: list[str] = []
    for signal in ("tBodyAcc", "tGravityAcc", "tBodyAccJerk", "tBodyGyro", "tBodyGyroJerk"):
        names += [f"{signal}-{each}-{axis}" for each in moments for axis in "XYZ"]
        names += [f"{signal}-sma()"]
        names += [
            f"{signal}-{each}-{axis}"
            for each in ("energy()", "iqr()", "entropy()")
            for axis in "XYZ"
        ]
        names += [f"{signal}-arCoeff()-{axis},{order}" for axis in "XYZ" for order in range(1, 5)]
        names += [f"{signal}-correlation()-{pair}" for pair in ("X,Y", "X,Z", "Y,Z")]
    magnitude = (*moments, "sma()", "energy()", "iqr()", "entropy()")
    for signal in ("BodyAcc", "GravityAcc", "BodyAccJerk", "BodyGyro", "BodyGyroJerk"):
        names += [f"t{signal}Mag-{each}" for each in magnitude]
        names += [f"t{signal}Mag-arCoeff(){order}" for order in range(1, 5)]
    bands = [
        (low, low + width - 1) for width in (8, 16, 24) for low in range(1, 64 - width + 2, width)
    ]
    bands = [band for band in bands if band[1] <= 64]
    for signal in ("fBodyAcc", "fBodyAccJerk", "fBodyGyro"):
        names += [f"{signal}-{each}-{axis}" for each in moments for axis in "XYZ"]
        names += [f"{signal}-sma()"]
        names += [
            f"{signal}-{each}-{axis}"
            for each in ("energy()", "iqr()", "entropy()", "maxInds", "meanFreq()")
            for axis in "XYZ"
        ]
        names += [
            f"{signal}-{each}-{axis}" for axis in "XYZ" for each in ("skewness()", "kurtosis()")
        ]
        names += [f"{signal}-bandsEnergy()-{low},{high}" for _ in "XYZ" for low, high in bands]
    spectral = ("maxInds", "meanFreq()", "skewness()", "kurtosis()")
    for signal in ("BodyAcc", "BodyBodyAccJerk", "BodyBodyGyro", "BodyBodyGyroJerk"):
        names += [f"f{signal}Mag-{each}" for each in (*magnitude, *spectral)]
    names += [
        "angle(tBodyAccMean,gravity)",
        "angle(tBodyAccJerkMean),gravityMean)",
        "angle(tBodyGyroMean,gravityMean)",
        "angle(tBodyGyroJerkMean,gravityMean)",
        *(f"angle({axis},gravityMean)" for axis in "XYZ"),
    ]
    return tuple(names)
