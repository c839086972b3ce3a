"""What training knows of a network, held against another kind than the multilayer perceptron."""

from collections.abc import Sequence

import pytest
import torch
from torch import nn

from har_search.networks.evaluation import accuracy, parameters_of
from har_search.networks.splits import Splits, TensorSplit
from har_search.training import best_epoch, last_epoch
from har_search.training.config import TrainingConfig
from har_search.training.learner import make_learner
from har_search.training.mlp_learner import MLPLearner
from tests.training.conftest import config


class Narrow(nn.Module):
    """No `nn.Sequential`: it looks at a few features, and has a weight that is not learned."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(20, 6)
        self.scale = nn.Parameter(torch.ones(20), requires_grad=False)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(features[:, :20] * self.scale)
        return logits


class AutogradLearner:
    """Whole-batch steps by autograd, a network a seed."""

    def __init__(self, _config: TrainingConfig, split: TensorSplit, seeds: Sequence[int]) -> None:
        self.split, self.networks = split, [Narrow() for _ in seeds]
        for seed, network in zip(seeds, self.networks, strict=True):
            generator = torch.Generator().manual_seed(seed)
            nn.init.normal_(network.head.weight, generator=generator)
            nn.init.zeros_(network.head.bias)
        self.optimizers = [torch.optim.Adam(each.head.parameters(), 0.05) for each in self.networks]

    @property
    def evaluated(self) -> Sequence[nn.Module]:
        return self.networks

    def train_epoch(self) -> tuple[Sequence[float], Sequence[float]]:
        losses = []
        for network, optimizer in zip(self.networks, self.optimizers, strict=True):
            optimizer.zero_grad()
            logits = network.train()(self.split.features)
            loss = nn.functional.cross_entropy(logits, self.split.labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses, [accuracy(each, self.split) for each in self.networks]

    def build(self) -> nn.Module:
        return Narrow()


@pytest.fixture
def another_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (best_epoch, last_epoch):
        monkeypatch.setattr(module, "make_learner", AutogradLearner)


def test_a_configurations_learner_trains_its_network(splits: Splits) -> None:
    learner = make_learner(config(), splits.train, [1, 2])
    assert isinstance(learner, MLPLearner)
    other = learner.build()
    assert [len(each) for each in learner.train_epoch()] == [2, 2]
    for network in learner.evaluated:
        other.load_state_dict(network.state_dict())
        assert accuracy(other, splits.test) == accuracy(network, splits.test)


@pytest.mark.usefixtures("another_kind")
def test_another_kind_of_network_is_trained_to_its_best_epoch(splits: Splits) -> None:
    result = best_epoch.train(config(epochs=30), splits, seed=4)
    assert result.history[-1].loss < result.history[0].loss
    assert result.parameters == 20 * 6 + 6
    network = Narrow()
    network.load_state_dict(result.weights)
    assert accuracy(network, splits.test) == result.test_accuracy
    assert parameters_of(network) == result.parameters


@pytest.mark.usefixtures("another_kind")
def test_another_kind_of_network_is_trained_to_its_last_epoch(splits: Splits) -> None:
    trained = config(epochs=5)
    result = last_epoch.train_to_last(trained, splits, seeds=[4, 5, 6])
    alone = last_epoch.train_replicas(trained, splits, seeds=[4, 5, 6], epochs=5)
    assert list(result.replicas) == alone
    assert len({each.predictions for each in alone}) == 3
    assert result.epoch == len(result.history) == 5
