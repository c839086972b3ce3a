"""What is drawn for each seed, and that the steps are those of the textbook's loops."""

from typing import Any

import pytest
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from har_search.networks import mlp
from har_search.networks.splits import Splits, TensorSplit
from har_search.training.mlp_learner import MLPLearner
from tests.training.conftest import EVERYTHING, config


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
    few = TensorSplit(splits.train.features[:windows], splits.train.labels[:windows])
    learner = MLPLearner(config(batch_size=size), few, [0])
    seen: list[int] = []
    step = learner.stack.step
    learner.stack.step = lambda features, *rest: (  # type: ignore[method-assign]
        seen.append(features.shape[1]),
        step(features, *rest),
    )
    learner.train_epoch()
    assert seen == sizes


def test_dropout_keeps_the_scale_of_what_it_lets_through(splits: Splits) -> None:
    learner = MLPLearner(config(dropout=0.25), splits.train, [0])
    learner.train_epoch()
    assert learner.masks is not None
    assert learner.masks.unique().tolist() == pytest.approx([0, 1 / 0.75], rel=1e-4)
    assert float(learner.masks.mean()) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("batch_norm", [True, False])
def test_without_dropout_and_noise_the_epochs_are_the_textbook_loops(
    splits: Splits, batch_norm: bool
) -> None:
    trained = config(dropout=0.0, batch_norm=batch_norm, batch_size=32, learning_rate=3e-4)
    learner = MLPLearner(trained, splits.train, [3])
    network = mlp.build(trained.mlp, torch.Generator().manual_seed(3))
    chance = torch.Generator().manual_seed(3)
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-4)
    network.train()
    for _epoch in range(3):
        order = torch.randperm(len(splits.train.labels), generator=chance)
        loss_sum = correct = 0.0
        for rows in order.split(32):
            labels = splits.train.labels[rows]
            logits = network(splits.train.features[rows])
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
    logits = network.eval()(splits.test.features)
    torch.testing.assert_close(ours.eval()(splits.test.features), logits, rtol=1e-2, atol=1e-3)


def test_replicas_are_the_single_runs_of_their_seeds(splits: Splits) -> None:
    for changes in ({}, EVERYTHING):
        stacked = MLPLearner(config(**changes), splits.train, [4, 5, 6])
        losses, accuracies = stacked.train_epoch()
        for replica, seed in enumerate([4, 5, 6]):
            alone = MLPLearner(config(**changes), splits.train, [seed])
            (loss,), (running_accuracy,) = alone.train_epoch()
            assert loss == pytest.approx(losses[replica], rel=1e-4)
            assert running_accuracy == pytest.approx(accuracies[replica], abs=0.01)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
@pytest.mark.parametrize("changes", [{}, EVERYTHING])
def test_a_first_epoch_on_cuda_is_the_cpus(splits: Splits, changes: dict[str, Any]) -> None:
    cuda = TensorSplit(*(each.cuda() for each in (splits.train.features, splits.train.labels)))
    here, there = (MLPLearner(config(**changes), each, [4, 5]) for each in (splits.train, cuda))
    for ours, theirs in zip(here.train_epoch(), there.train_epoch(), strict=True):
        assert theirs == pytest.approx(ours, rel=1e-3)
    torch.testing.assert_close(there.stack.state.cpu(), here.stack.state, rtol=1e-2, atol=1e-3)


def test_averaged_weights_are_torchs(splits: Splits) -> None:
    """Against `AveragedModel` with an exponential average, running statistics included."""
    learner = MLPLearner(config(weight_averaging=0.9), splits.train, [0])
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
    learner = MLPLearner(config(label_smoothing=0.2), splits.train, [0])
    logits = torch.randn(len(splits.train.labels), 6, generator=torch.Generator().manual_seed(0))
    ours = torch.nn.functional.cross_entropy(logits, learner.soft_labels)
    torchs = torch.nn.functional.cross_entropy(logits, splits.train.labels, label_smoothing=0.2)
    torch.testing.assert_close(ours, torchs)
