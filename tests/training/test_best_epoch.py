import copy
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from har_search.challenge.rules import Scoring
from har_search.data.dataset import Dataset
from har_search.networks import mlp
from har_search.networks.evaluation import CACHED, accuracy, likeliest
from har_search.networks.splits import TensorSplit
from har_search.study.spec import LESSON
from har_search.training.best_epoch import train
from har_search.training.config import TrainingConfig
from har_search.training.epochs import EpochFigures
from har_search.training.learner import Learner
from har_search.training.stacked import Stack


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
    assert result.history[-1].running_train_accuracy > 0.8
    assert result.test_accuracy > 0.5


def test_the_figures_are_those_of_the_saved_weights(splits: Splits) -> None:
    for changes in ({}, EVERYTHING):
        trained = config(epochs=4, **changes)
        result = train(trained, *splits, seed=1)
        network = mlp.build(trained.mlp)
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
    assert result.score == best == checkpoint.score
    assert checkpoint.running_train_accuracy == result.running_train_accuracy


def test_the_train_split_is_evaluated_only_where_the_score_could_win(splits: Splits) -> None:
    result = train(config(epochs=8), *splits, seed=2)
    best = -1.0
    for figures in result.history:
        assert (figures.train_accuracy is not None) == (figures.test_accuracy > best)
        best = max(best, figures.score or -1.0)


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
    assert result.score == max(each.score for each in plain.history[:3] if each.score is not None)


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
    splits: Splits, windows: int, size: int, sizes: list[int]
) -> None:
    few = TensorSplit(splits[0].features[:windows], splits[0].labels[:windows])
    learner = Learner(config(batch_size=size), few, [0])
    seen: list[int] = []
    step = learner.stack.step
    learner.stack.step = lambda features, *rest: (  # type: ignore[method-assign]
        seen.append(features.shape[1]),
        step(features, *rest),
    )
    learner.train_epoch()
    assert seen == sizes


@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("batch_norm", [True, False])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_a_step_writes_autograds_gradients(
    splits: Splits, depth: int, batch_norm: bool, dropout: float
) -> None:
    described = config(depth=depth, batch_norm=batch_norm, dropout=dropout).mlp
    generator = torch.Generator().manual_seed(0)
    networks = [mlp.build(described, generator) for _ in range(3)]
    stack = Stack([copy.deepcopy(each) for each in networks])
    features = torch.randn(3, 20, 561, generator=generator)
    targets = torch.rand(3, 20, 6, generator=generator).softmax(dim=2)
    logits = torch.empty(3, 20, 6)
    mask = None
    if dropout:
        mask = torch.bernoulli(torch.full((3, 20, 16), 1 - dropout), generator=generator) * 2
    with torch.no_grad():
        stack.step(features, targets, mask, logits)
    for replica, network in enumerate(networks):
        network.train()
        hidden = features[replica]
        for module in network:
            dropped = isinstance(module, torch.nn.Dropout) and mask is not None
            hidden = hidden * mask[replica] if dropped else module(hidden)
        torch.testing.assert_close(logits[replica], hidden)
        torch.nn.functional.cross_entropy(hidden, targets[replica]).backward()
        for name, buffer in network.named_buffers():
            if not name.endswith("num_batches_tracked"):
                ours = dict(stack.networks[replica].named_buffers())[name]
                torch.testing.assert_close(ours, buffer)
    gradients = [[each.grad for each in network.parameters()] for network in networks]
    stacked = [torch.stack(each).flatten() for each in zip(*gradients, strict=True)]
    torch.testing.assert_close(stack.gradients, torch.cat(stacked))
    assert stack.parameters.numel() == 3 * mlp.parameter_count(described)


def test_a_stacks_networks_live_in_its_memory(splits: Splits) -> None:
    stack = Stack([mlp.build(config().mlp) for _ in range(2)])
    stack.state.zero_()
    for network in stack.networks:
        for tensor in network.state_dict().values():
            assert not tensor.any()


def test_a_prediction_does_not_depend_on_how_many_windows_are_predicted_at_once() -> None:
    features = torch.randn(2 * CACHED + 1, 561, generator=torch.Generator().manual_seed(0))
    network = mlp.build(config().mlp, torch.Generator().manual_seed(0)).eval()
    whole = network(features).argmax(dim=1)
    assert torch.equal(likeliest(network, features), whole)
    assert torch.equal(likeliest(network, features[:3]), whole[:3])
    assert len(likeliest(network, features[:0])) == 0


def test_dropout_keeps_the_scale_of_what_it_lets_through(splits: Splits) -> None:
    learner = Learner(config(dropout=0.25), splits[0], [0])
    learner.train_epoch()
    assert learner.masks is not None
    assert learner.masks.unique().tolist() == pytest.approx([0, 1 / 0.75], rel=1e-4)
    assert float(learner.masks.mean()) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("batch_norm", [True, False])
def test_without_dropout_and_noise_the_epochs_are_the_textbook_loops(
    splits: Splits, batch_norm: bool
) -> None:
    trained = config(dropout=0.0, batch_norm=batch_norm, batch_size=32, learning_rate=3e-4)
    learner = Learner(trained, splits[0], [3])
    network = mlp.build(trained.mlp, torch.Generator().manual_seed(3))
    chance = torch.Generator().manual_seed(3)
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-4)
    network.train()
    for _epoch in range(3):
        order = torch.randperm(len(splits[0].labels), generator=chance)
        loss_sum = correct = 0.0
        for rows in order.split(32):
            labels = splits[0].labels[rows]
            logits = network(splits[0].features[rows])
            loss = torch.nn.functional.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(rows)
            correct += int((logits.argmax(dim=1) == labels).sum())
        (mean_loss,), (running_accuracy,) = learner.train_epoch()
        assert mean_loss == pytest.approx(loss_sum / len(order), rel=1e-4)
        assert running_accuracy == pytest.approx(correct / len(order))
    (ours,) = learner.evaluated
    logits = network.eval()(splits[1].features)
    torch.testing.assert_close(ours.eval()(splits[1].features), logits, rtol=1e-2, atol=1e-3)


def test_replicas_are_the_single_runs_of_their_seeds(splits: Splits) -> None:
    for changes in ({}, EVERYTHING):
        stacked = Learner(config(**changes), splits[0], [4, 5, 6])
        losses, accuracies = stacked.train_epoch()
        for replica, seed in enumerate([4, 5, 6]):
            alone = Learner(config(**changes), splits[0], [seed])
            (loss,), (running_accuracy,) = alone.train_epoch()
            assert loss == pytest.approx(losses[replica], rel=1e-4)
            assert running_accuracy == pytest.approx(accuracies[replica], abs=0.01)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
@pytest.mark.parametrize("changes", [{}, EVERYTHING])
def test_a_first_epoch_on_cuda_is_the_cpus(splits: Splits, changes: dict[str, Any]) -> None:
    cuda = TensorSplit(*(each.cuda() for each in (splits[0].features, splits[0].labels)))
    here, there = (Learner(config(**changes), each, [4, 5]) for each in (splits[0], cuda))
    for ours, theirs in zip(here.train_epoch(), there.train_epoch(), strict=True):
        assert theirs == pytest.approx(ours, rel=1e-3)
    torch.testing.assert_close(there.stack.state.cpu(), here.stack.state, rtol=1e-2, atol=1e-3)


def test_averaged_weights_are_torchs(splits: Splits) -> None:
    """Against `AveragedModel` with an exponential average, running statistics included."""
    learner = Learner(config(weight_averaging=0.9), splits[0], [0])
    average = get_ema_multi_avg_fn(0.9)
    torchs = AveragedModel(learner.stack.networks[0], multi_avg_fn=average, use_buffers=True)
    step = learner.optimizer.step

    def step_and_average(rate: float) -> None:
        step(rate)
        torchs.update_parameters(learner.stack.networks[0])

    learner.optimizer.step = step_and_average  # type: ignore[assignment, method-assign]
    learner.train_epoch()
    (ours,) = learner.evaluated
    for one, other in zip(ours.parameters(), torchs.module.parameters(), strict=True):
        torch.testing.assert_close(one, other)
    torch.testing.assert_close(ours[1].running_var, torchs.module[1].running_var)


def test_label_smoothing_is_torchs(splits: Splits) -> None:
    learner = Learner(config(label_smoothing=0.2), splits[0], [0])
    logits = torch.randn(len(splits[0].labels), 6, generator=torch.Generator().manual_seed(0))
    ours = torch.nn.functional.cross_entropy(logits, learner.soft_labels)
    torchs = torch.nn.functional.cross_entropy(logits, splits[0].labels, label_smoothing=0.2)
    torch.testing.assert_close(ours, torchs)
