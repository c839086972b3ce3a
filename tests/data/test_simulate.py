from pathlib import Path

import numpy as np
import pytest

from har_search.data.locate import locate
from har_search.data.simulate import (
    TEST_LABEL_COUNTS,
    TEST_SUBJECTS,
    TRAIN_LABEL_COUNTS,
    TRAIN_SUBJECTS,
    feature_names,
    simulate,
)
from har_search.networks.splits import Splits
from har_search.study.spec import LESSON
from har_search.training.best_epoch import train
from har_search.training.config import TrainingConfig


def test_it_has_the_real_shape_subjects_and_counts() -> None:
    dataset = simulate()
    assert dataset.train.features.shape == (7352, 561)
    assert dataset.test.features.shape == (2947, 561)
    assert dataset.train.features.dtype == np.float32
    assert np.abs(dataset.train.features).max() <= 1
    assert tuple(np.unique(dataset.train.subjects)) == TRAIN_SUBJECTS
    assert tuple(np.unique(dataset.test.subjects)) == TEST_SUBJECTS
    assert tuple(np.bincount(dataset.train.labels)) == TRAIN_LABEL_COUNTS
    assert tuple(np.bincount(dataset.test.labels)) == TEST_LABEL_COUNTS
    assert dataset.name == "simulated"


def test_a_seed_fixes_it() -> None:
    assert simulate(1).fingerprint == simulate(1).fingerprint != simulate(2).fingerprint


@pytest.mark.real
def test_names_and_counts_are_the_real_ones(real_data: str, cache_folder: Path) -> None:
    real = locate(real_data, cache_folder).dataset
    assert feature_names() == real.feature_names
    assert tuple(np.unique(real.train.subjects)) == TRAIN_SUBJECTS
    assert tuple(np.bincount(real.train.labels)) == TRAIN_LABEL_COUNTS
    assert tuple(np.bincount(real.test.labels)) == TEST_LABEL_COUNTS


@pytest.mark.parametrize("seed", [0, 1])
def test_it_is_hard_in_the_same_way(cache_folder: Path, seed: int) -> None:
    """The lesson's network scores 93 to 97 % with a gap of 2 to 5 pp, as on the real data."""
    dataset = locate("simulated", cache_folder).dataset
    config = TrainingConfig.from_hyperparameters(LESSON, epochs=15, optimizer="adam")
    splits = Splits.of(dataset.train, dataset.test)
    result = train(config, splits, seed=seed)
    assert 0.93 < result.test_accuracy < 0.97
    assert 0.02 < result.gap < 0.05
