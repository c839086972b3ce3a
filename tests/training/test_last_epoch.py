import math
from collections.abc import Sequence

import pytest
import torch

from har_search.challenge.rules import Scoring
from har_search.networks import mlp
from har_search.networks.evaluation import accuracy
from har_search.networks.splits import Splits
from har_search.training.best_epoch import train
from har_search.training.last_epoch import TOGETHER, train_replicas, train_to_last
from har_search.training.results import Replica
from har_search.training.watch import Unwatched
from tests.training.conftest import EVERYTHING, Poison, config

SEEDS = [5, 6, 7, 8, 9]


@pytest.mark.parametrize("changes", [{}, EVERYTHING])
def test_figures_are_means_over_seeds_at_the_last_epoch(splits: Splits, changes: dict) -> None:
    trained = config(epochs=3, **changes)
    result = train_to_last(trained, splits, seeds=SEEDS)
    alone = train_replicas(trained, splits, seeds=SEEDS, epochs=3)
    assert [each.seed for each in result.replicas] == SEEDS
    one_window = 1 / len(splits.test.labels)
    for ours, other in zip(result.replicas, alone, strict=True):
        assert ours.test_accuracy == pytest.approx(other.test_accuracy, abs=1.01 * one_window)
        assert ours.train_accuracy == pytest.approx(other.train_accuracy, abs=1.01 * one_window)
    tests = [each.test_accuracy for each in result.replicas]
    trains = [each.train_accuracy for each in result.replicas]
    assert result.test_accuracy == pytest.approx(math.fsum(tests) / 5)
    assert result.train_accuracy == pytest.approx(math.fsum(trains) / 5)
    assert result.gap == result.train_accuracy - result.test_accuracy
    assert result.score == Scoring().score(result.test_accuracy, result.gap)
    assert (result.epoch, result.epochs) == (3, 3)


def test_weights_curve_and_confusion_are_the_first_seeds(splits: Splits) -> None:
    trained = config(epochs=4)
    result = train_to_last(trained, splits, seeds=SEEDS)
    first = result.replicas[0]
    network = mlp.build(trained.mlp)
    network.load_state_dict(result.weights)
    assert accuracy(network, splits.test) == first.test_accuracy
    assert accuracy(network, splits.train) == first.train_accuracy
    assert sum(row[i] for i, row in enumerate(result.confusion)) == round(
        first.test_accuracy * len(splits.test.labels)
    )
    last = result.history[-1]
    assert (last.epoch, last.test_accuracy) == (4, first.test_accuracy)
    assert (last.train_accuracy, last.gap) == (first.train_accuracy, first.gap)
    assert [each.train_accuracy for each in result.history[:-1]] == [None] * 3  # not needed


def test_one_seed_is_trained_as_alone(splits: Splits) -> None:
    trained = config(epochs=4)
    result = train_to_last(trained, splits, seeds=[5], reports=lambda epoch: epoch == 2)
    alone = train(trained, splits, seed=5)
    assert [each.test_accuracy for each in result.history] == [
        each.test_accuracy for each in alone.history
    ]
    assert [each.score is not None for each in result.history] == [False, True, False, True]
    assert result.test_accuracy == alone.history[-1].test_accuracy


def test_the_first_pairs_are_the_same_bits_however_many_follow(splits: Splits) -> None:
    trained = config(epochs=2, **EVERYTHING)
    five = train_to_last(trained, splits, seeds=SEEDS)
    four = train_to_last(trained, splits, seeds=SEEDS[:4])
    seen: list[int] = []

    class EndAfterTwo(Unwatched):
        def on_replicas(self, replicas: Sequence[Replica], /) -> bool:
            seen.append(len(replicas))
            return len(replicas) == TOGETHER

    two = train_to_last(trained, splits, seeds=SEEDS, watch=EndAfterTwo())
    assert seen == [TOGETHER]
    assert five.replicas[:4] == four.replicas
    assert four.replicas[:2] == two.replicas
    for other in (four, two):
        assert all(torch.equal(each, five.weights[key]) for key, each in other.weights.items())


@pytest.mark.parametrize("asked", [1, 4, 7])  # within the first pair, the second and the third
def test_a_stop_is_heard_after_every_epoch(splits: Splits, asked: int) -> None:
    count = 0

    class Stopping(Unwatched):
        def should_stop(self) -> bool:
            nonlocal count
            count += 1
            return count == asked

    result = train_to_last(config(epochs=3), splits, seeds=SEEDS, watch=Stopping())
    assert count == asked
    assert len(result.replicas) == TOGETHER * math.ceil(asked / 3) - (asked == 7)


def test_a_seed_that_diverges_counts_with_its_network_before_it(splits: Splits) -> None:
    trained = config(epochs=5)
    poison = Poison(splits, after_epoch=2)
    result = train_to_last(trained, poison.splits, seeds=[5, 6], watch=poison)
    before = train_replicas(trained, splits, seeds=[5, 6], epochs=2)
    assert result.diverged
    assert result.epoch == len(result.history) == 2
    assert [each.test_accuracy for each in result.replicas] == [
        each.test_accuracy for each in before
    ]
    at_once = train_to_last(config(learning_rate=1e30, batch_norm=False), splits, seeds=[5, 6, 7])
    assert (at_once.epoch, at_once.history, len(at_once.replicas)) == (0, (), 3)
    assert math.isfinite(at_once.score)
