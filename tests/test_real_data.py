"""On the real data: what the design promises of it, and figures that come back to the last bit."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from har_search.data.locate import locate
from har_search.networks.splits import Splits
from har_search.study.file import load_spec
from har_search.study.spec import LESSON
from har_search.training.best_epoch import train
from har_search.training.config import TrainingConfig
from tests.conftest import Ran

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def splits(real_data: str, cache_folder: Path) -> Splits:
    dataset = locate(real_data, cache_folder).dataset
    return Splits.of(dataset.train, dataset.test)


def test_the_split_is_the_published_one(real_data: str, cache_folder: Path) -> None:
    dataset = locate(real_data, cache_folder).dataset
    assert dataset.train.features.shape == (7352, 561)
    assert dataset.test.features.shape == (2947, 561)
    assert np.unique(dataset.test.subjects).tolist() == [2, 4, 9, 10, 12, 13, 18, 20, 24]
    assert np.abs(dataset.train.features).max() <= 1


def test_the_lessons_network_does_what_the_lesson_saw(
    splits: Splits,
) -> None:
    config = TrainingConfig.from_hyperparameters(LESSON, epochs=10, optimizer="adam")
    result = train(config, splits, seed=0)
    assert 0.93 < result.test_accuracy < 0.975
    assert 0.01 < result.gap < 0.06


def test_recorded_figures_come_back_to_the_last_bit(
    har_search: Callable[..., Ran], real_data: str, splits: Splits
) -> None:
    """Three trials of the default study, from what the leaderboard says of them."""
    assert har_search("run", "--trials", 3, "--data", real_data, "--seed", 5).code == 0
    rows = json.loads(har_search("leaderboard", "--format", "json").out)
    assert len(rows) == 3
    spec = load_spec("homework")
    for row in rows:
        config = TrainingConfig.from_hyperparameters(
            row["params"], epochs=spec.epochs, optimizer=spec.optimizer
        )
        again = train(config, splits, seed=row["seed"], scoring=spec.scoring)
        for name in ("test_accuracy", "train_accuracy", "gap", "score", "epoch", "parameters"):
            assert row[name] == getattr(again, name), name
