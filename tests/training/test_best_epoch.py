"""One seed trained to its best epoch: exact, followed by a watch, and where it diverges.

Covers `training/epochs.py` and `training/watch.py`, too.
"""

from dataclasses import dataclass, field, replace

import pytest
import torch

from har_search.challenge.rules import Scoring
from har_search.networks import mlp
from har_search.networks.evaluation import accuracy
from har_search.networks.splits import Splits
from har_search.training.best_epoch import train
from har_search.training.epochs import EpochFigures
from har_search.training.watch import Unwatched
from tests.training.conftest import EVERYTHING, Poison, config


@pytest.mark.parametrize("changes", [{}, EVERYTHING, {"schedule": "cosine", "batch_norm": False}])
@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
def test_the_same_seed_gives_the_same_bits_and_another_does_not(
    splits: Splits, changes: dict, optimizer: str
) -> None:
    trained = config(optimizer=optimizer, **changes)
    torch.manual_seed(1)
    one = train(trained, splits, seed=5)
    torch.manual_seed(2)  # the global generator has no say
    two = train(trained, splits, seed=5)
    other = train(trained, splits, seed=6)
    assert replace(one, seconds=0) == replace(two, seconds=0)
    for key, value in one.weights.items():
        assert torch.equal(value, two.weights[key])
    assert one.history != other.history


def test_the_threads_of_torch_do_not_change_the_result(splits: Splits) -> None:
    threads = torch.get_num_threads()
    one = train(config(), splits, seed=5)
    torch.set_num_threads(2)
    try:
        two = train(config(), splits, seed=5)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert one.history == two.history


def test_training_learns(splits: Splits) -> None:
    result = train(config(epochs=15, learning_rate=0.005), splits, seed=0)
    assert result.history[-1].running_train_accuracy > 0.8
    assert result.test_accuracy > 0.5


def test_the_figures_are_those_of_the_saved_weights(splits: Splits) -> None:
    for changes in ({}, EVERYTHING):
        trained = config(epochs=4, **changes)
        result = train(trained, splits, seed=1)
        network = mlp.build(trained.mlp)
        network.load_state_dict(result.weights)
        assert accuracy(network, splits.train) == result.train_accuracy
        assert accuracy(network, splits.test) == result.test_accuracy
        assert result.gap == result.train_accuracy - result.test_accuracy
        assert result.score == Scoring().score(result.test_accuracy, result.gap)
        assert result.parameters == sum(each.numel() for each in network.parameters())


def test_the_checkpoint_is_the_epoch_of_best_score(splits: Splits) -> None:
    result = train(config(epochs=8), splits, seed=2)
    best = max(figures.score for figures in result.history if figures.score is not None)
    checkpoint = result.history[result.epoch - 1]
    assert result.score == best == checkpoint.score
    assert checkpoint.running_train_accuracy == result.running_train_accuracy


def test_the_train_split_is_evaluated_only_where_the_score_could_win(splits: Splits) -> None:
    result = train(config(epochs=8), splits, seed=2)
    best = -1.0
    for figures in result.history:
        assert (figures.train_accuracy is not None) == (figures.test_accuracy > best)
        best = max(best, figures.score or -1.0)


@dataclass
class EndAfterTwo(Unwatched):
    seen: list[EpochFigures] = field(default_factory=list)

    def on_epoch(self, figures: EpochFigures, /) -> bool:
        self.seen.append(figures)
        return figures.epoch == 2


def test_a_watch_ends_training_at_its_epoch(splits: Splits) -> None:
    watch = EndAfterTwo()
    result = train(config(epochs=5), splits, seed=0, watch=watch)
    assert result.epochs == 2
    assert tuple(watch.seen) == result.history


def test_a_stop_ends_training_before_its_epoch_is_told(splits: Splits) -> None:
    class Stopping(EndAfterTwo):
        def should_stop(self) -> bool:
            return True

    watch = Stopping()
    result = train(config(epochs=5), splits, seed=0, watch=watch)
    assert len(result.history) == 1
    assert watch.seen == []


def test_divergence_keeps_the_best_epoch_before_it(splits: Splits) -> None:
    trained = config(epochs=6)
    plain = train(trained, splits, seed=0)
    poison = Poison(splits, after_epoch=3)
    result = train(trained, poison.splits, seed=0, watch=poison)
    assert result.diverged
    assert result.epochs == 3
    assert result.history == plain.history[:3]
    assert result.score == max(each.score for each in plain.history[:3] if each.score is not None)


def test_divergence_at_once_leaves_the_untrained_network(splits: Splits) -> None:
    result = train(config(learning_rate=1e30, batch_norm=False), splits, seed=0)
    assert result.diverged
    assert (result.epoch, result.epochs) == (0, 0)
    assert 0 <= result.test_accuracy < 0.6
    assert result.weights
