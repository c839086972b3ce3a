"""Figures of seeds and of trials, and what of them is shown."""

import numpy as np
import pytest
import torch

from har_search.challenge.rules import Scoring
from har_search.networks import mlp
from har_search.networks.splits import Splits
from har_search.training.epochs import EpochFigures
from har_search.training.results import (
    Replica,
    TrainingResult,
    details_of,
    mean_score,
    means,
    replica_of,
)
from tests.training.conftest import config


def test_the_score_is_of_the_means_and_not_the_mean_of_scores() -> None:
    """A penalty for the gap bends: one seed's small gap makes up for another's large one."""
    replicas = [Replica(1, 0.95, 0.95, b""), Replica(2, 0.95, 0.99, b"")]
    assert means(replicas) == pytest.approx((0.95, 0.97))
    assert replicas[1].gap == pytest.approx(0.04)
    assert mean_score(replicas, Scoring(gap_limit=0.02)) == pytest.approx(0.95)
    assert mean_score(replicas[1:], Scoring(gap_limit=0.02)) == pytest.approx(0.93)


def test_a_seed_is_judged_by_its_predictions(splits: Splits) -> None:
    network = mlp.build(config().mlp, torch.Generator().manual_seed(0)).eval()
    replica = replica_of(network, 5, splits)
    predicted = np.frombuffer(replica.predictions, np.int8)
    labels = splits.test.labels.numpy()
    assert predicted.shape == labels.shape
    assert replica.test_accuracy == (predicted == labels).mean()
    assert replica.seed == 5


def test_a_curve_is_rounded_and_says_where_the_train_split_was_not_evaluated() -> None:
    history = (
        EpochFigures(1, 1.23456789, 1 / 3, 2 / 3),
        EpochFigures(2, 0.5, 0.75, 0.8, train_accuracy=8 / 9, gap=8 / 9 - 0.8, score=0.8),
    )
    result = TrainingResult(
        epoch=2,
        epochs=2,
        test_accuracy=0.8,
        train_accuracy=8 / 9,
        running_train_accuracy=0.75,
        gap=8 / 9 - 0.8,
        score=0.8,
        parameters=10,
        seconds=1.0,
        diverged=False,
        history=history,
        confusion=((3, 1), (0, 4)),
        weights={},
    )
    details = details_of(result)
    assert details.curve.loss == [1.234568, 0.5]
    assert details.curve.running_train_accuracy == [0.333333, 0.75]
    assert details.curve.test_accuracy == [0.666667, 0.8]
    assert details.curve.train_accuracy == [None, 0.888889]
    assert details.confusion == ((3, 1), (0, 4))
