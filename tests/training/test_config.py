"""A configuration from a value for each hyperparameter, and nothing else."""

import pytest

from har_search.networks.mlp import mlp_config
from har_search.study.spec import LESSON
from har_search.training.config import TrainingConfig


def test_each_value_has_its_place() -> None:
    config = TrainingConfig.from_hyperparameters(
        {**LESSON, "width": 16, "mixup": 0.4}, epochs=9, optimizer="adamw"
    )
    assert config.mlp == mlp_config({**LESSON, "width": 16})
    assert (config.epochs, config.optimizer, config.mixup) == (9, "adamw", 0.4)
    assert config.learning_rate == LESSON["learning_rate"]
    assert vars(config).keys() | vars(config.mlp).keys() >= LESSON.keys()


def test_a_value_that_is_missing_or_of_no_hyperparameter_is_an_error() -> None:
    lacking = {name: value for name, value in LESSON.items() if name != "mixup"}
    for values in (lacking, {**LESSON, "momentum": 0.9}):
        with pytest.raises(TypeError):
            TrainingConfig.from_hyperparameters(values, epochs=9, optimizer="adam")
