"""A small network's configuration and the small data set, for the tests of training."""

import pytest

from har_search.data.dataset import Dataset
from har_search.networks.splits import Splits, TensorSplit
from har_search.study.spec import LESSON
from har_search.training.config import TrainingConfig
from har_search.training.epochs import EpochFigures
from har_search.training.watch import Unwatched

EVERYTHING = {
    "mixup": 0.3,
    "input_noise": 0.1,
    "label_smoothing": 0.2,
    "weight_averaging": 0.9,
    "weight_decay": 0.1,
    "schedule": "one-cycle",
}


def config(epochs: int = 3, optimizer: str = "adam", **changes: object) -> TrainingConfig:
    values = {**LESSON, "width": 16, **changes}
    return TrainingConfig.from_hyperparameters(values, epochs=epochs, optimizer=optimizer)


@pytest.fixture(scope="module")
def splits(small: Dataset) -> Splits:
    return Splits.of(small.train, small.test)


class Poison(Unwatched):
    """Makes a feature of its own train split NaN after an epoch, so that the next one diverges."""

    def __init__(self, splits: Splits, after_epoch: int) -> None:
        train = TensorSplit(splits.train.features.clone(), splits.train.labels)
        self.splits, self.after_epoch = Splits(train, splits.test), after_epoch

    def on_epoch(self, figures: EpochFigures, /) -> bool:
        if figures.epoch == self.after_epoch:
            self.splits.train.features[0, 0] = float("nan")
        return False
