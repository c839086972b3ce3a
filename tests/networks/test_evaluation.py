import torch
from torch import nn

from har_search.networks import mlp
from har_search.networks.evaluation import CACHED, likeliest, parameters_of
from har_search.networks.mlp import MLPConfig

CONFIG = MLPConfig(width=16, depth=3, dropout=0.3, batch_norm=True)


def test_a_prediction_does_not_depend_on_how_many_windows_are_predicted_at_once() -> None:
    features = torch.randn(2 * CACHED + 1, 561, generator=torch.Generator().manual_seed(0))
    network = mlp.build(CONFIG, torch.Generator().manual_seed(0)).eval()
    whole = network(features).argmax(dim=1)
    assert torch.equal(likeliest(network, features), whole)
    assert torch.equal(likeliest(network, features[:3]), whole[:3])
    assert len(likeliest(network, features[:0])) == 0


def test_parameters_are_what_a_network_learns() -> None:
    network = mlp.build(CONFIG)
    assert parameters_of(network) == mlp.parameter_count(CONFIG)
    fixed = nn.Linear(3, 2).requires_grad_(False)
    assert parameters_of(nn.Sequential(fixed, nn.Linear(2, 1))) == 3
