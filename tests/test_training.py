from dataclasses import replace

import pytest
import torch

from har_search import model
from har_search.challenge import Scoring
from har_search.data.dataset import Dataset
from har_search.spec import LESSON
from har_search.training import (
    EpochFigures,
    Learner,
    TensorSplit,
    TrainingConfig,
    _batches,
    accuracy,
    train,
)


def config(epochs: int = 3, optimizer: str = "adam", **changes: object) -> TrainingConfig:
    values = {**LESSON, "width": 16, **changes}
    return TrainingConfig.from_hyperparameters(values, epochs=epochs, optimizer=optimizer)


@pytest.fixture(scope="module")
def splits(small: Dataset) -> tuple[TensorSplit, TensorSplit]:
    return TensorSplit.of(small.train), TensorSplit.of(small.test)


Splits = tuple[TensorSplit, TensorSplit]
EVERYTHING = {
    "mixup": 0.3,
    "input_noise": 0.1,
    "label_smoothing": 0.2,
    "weight_averaging": 0.9,
    "weight_decay": 0.1,
    "schedule": "one-cycle",
}


@pytest.mark.parametrize("changes", [{}, EVERYTHING, {"schedule": "cosine", "batch_norm": False}])
@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
def test_the_same_seed_gives_the_same_bits_and_another_does_not(
    splits: Splits, changes: dict, optimizer: str
) -> None:
    trained = config(optimizer=optimizer, **changes)
    torch.manual_seed(1)
    one = train(trained, *splits, seed=5)
    torch.manual_seed(2)  # the global generator has no say
    two = train(trained, *splits, seed=5)
    other = train(trained, *splits, seed=6)
    assert replace(one, seconds=0) == replace(two, seconds=0)
    for key, value in one.weights.items():
        assert torch.equal(value, two.weights[key])
    assert one.history != other.history


def test_the_threads_of_torch_do_not_change_the_result(splits: Splits) -> None:
    threads = torch.get_num_threads()
    one = train(config(), *splits, seed=5)
    torch.set_num_threads(2)
    try:
        two = train(config(), *splits, seed=5)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert one.history == two.history


def test_training_learns(splits: Splits) -> None:
    result = train(config(epochs=15, learning_rate=0.005), *splits, seed=0)
    assert result.train_accuracy > 0.8
    assert result.test_accuracy > 0.5


def test_the_figures_are_those_of_the_saved_weights(splits: Splits) -> None:
    for changes in ({}, EVERYTHING):
        trained = config(epochs=4, **changes)
        result = train(trained, *splits, seed=1)
        network = model.build(trained.mlp)
        network.load_state_dict(result.weights)
        assert accuracy(network, splits[0]) == result.train_accuracy
        assert accuracy(network, splits[1]) == result.test_accuracy
        assert result.gap == result.train_accuracy - result.test_accuracy
        assert result.score == Scoring().score(result.test_accuracy, result.gap)
        assert result.parameters == sum(each.numel() for each in network.parameters())


def test_the_checkpoint_is_the_epoch_of_best_score(splits: Splits) -> None:
    result = train(config(epochs=8), *splits, seed=2)
    best = max(figures.score for figures in result.history if figures.score is not None)
    checkpoint = result.history[result.epoch - 1]
    assert result.score == best == checkpoint.score == result.history[-1].best_score
    assert checkpoint.running_train_accuracy == result.running_train_accuracy


def test_the_train_split_is_evaluated_only_where_the_score_could_win(splits: Splits) -> None:
    result = train(config(epochs=8), *splits, seed=2)
    best = -1.0
    for figures in result.history:
        assert (figures.train_accuracy is not None) == (figures.test_accuracy > best)
        best = max(best, figures.score or -1.0)
        assert figures.best_score == best


def test_a_callback_ends_training_at_its_epoch(splits: Splits) -> None:
    seen: list[EpochFigures] = []

    def stop_after_two(figures: EpochFigures) -> bool:
        seen.append(figures)
        return figures.epoch == 2

    result = train(config(epochs=5), *splits, seed=0, on_epoch=stop_after_two)
    assert result.epochs == 2
    assert tuple(seen) == result.history


def test_divergence_keeps_the_best_epoch_before_it(splits: Splits) -> None:
    trained = config(epochs=6)
    plain = train(trained, *splits, seed=0)
    broken = TensorSplit(splits[0].features.clone(), splits[0].labels)

    def poison(figures: EpochFigures) -> bool:
        if figures.epoch == 3:
            broken.features[0, 0] = float("nan")
        return False

    result = train(trained, broken, splits[1], seed=0, on_epoch=poison)
    assert result.diverged
    assert result.epochs == 3
    assert result.history == plain.history[:3]
    assert result.score == plain.history[2].best_score


def test_divergence_at_once_leaves_the_untrained_network(splits: Splits) -> None:
    result = train(config(learning_rate=1e30, batch_norm=False), *splits, seed=0)
    assert result.diverged
    assert (result.epoch, result.epochs) == (0, 0)
    assert 0 <= result.test_accuracy < 0.6
    assert result.weights


@pytest.mark.parametrize(
    ("windows", "size", "sizes"),
    [
        (10, 4, [4, 4, 2]),
        (9, 4, [4, 4]),
        (8, 4, [4, 4]),
        (3, 64, [3]),
    ],
)
def test_batches_cover_the_windows_but_for_a_lonely_last_one(
    windows: int, size: int, sizes: list[int]
) -> None:
    assert [rows.stop - rows.start for rows in _batches(windows, size)] == sizes


def test_dropout_keeps_the_scale_of_what_it_lets_through(splits: Splits) -> None:
    learner = Learner(config(dropout=0.25), splits[0], seed=0)
    mask = learner._dropout_mask(20_000)
    assert mask is not None
    assert mask.unique().tolist() == pytest.approx([0, 1 / 0.75])
    assert float(mask.mean()) == pytest.approx(1, abs=0.02)


def test_without_dropout_and_noise_an_epoch_is_the_textbook_loop(splits: Splits) -> None:
    learner = Learner(config(dropout=0.0, batch_norm=False, batch_size=32), splits[0], seed=3)
    network = model.build(learner.config.mlp, torch.Generator().manual_seed(3))
    order = torch.randperm(len(splits[0].labels), generator=torch.Generator().manual_seed(3))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.001)
    losses = []
    network.train()
    for start in range(0, len(order), 32):
        rows = order[start : start + 32]
        loss = torch.nn.functional.cross_entropy(
            network(splits[0].features[rows]), splits[0].labels[rows]
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    mean_loss, _ = learner.train_epoch()
    assert mean_loss == pytest.approx(sum(losses) / len(losses), rel=1e-5)
    for ours, theirs in zip(learner.network.parameters(), network.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_label_smoothing_is_torchs(splits: Splits) -> None:
    learner = Learner(config(label_smoothing=0.2), splits[0], seed=0)
    logits = torch.randn(len(splits[0].labels), 6, generator=torch.Generator().manual_seed(0))
    ours = torch.nn.functional.cross_entropy(logits, learner.targets)
    torchs = torch.nn.functional.cross_entropy(logits, splits[0].labels, label_smoothing=0.2)
    torch.testing.assert_close(ours, torchs)
