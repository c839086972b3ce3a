"""The step worked out by hand, against autograd's."""

import copy

import pytest
import torch

from har_search.networks import mlp
from har_search.training.stacked import Stack
from tests.training.conftest import config


@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("batch_norm", [True, False])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_a_step_writes_autograds_gradients(depth: int, batch_norm: bool, dropout: float) -> None:
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


def test_a_stacks_networks_live_in_its_memory() -> None:
    stack = Stack([mlp.build(config().mlp) for _ in range(2)])
    stack.state.zero_()
    for network in stack.networks:
        for tensor in network.state_dict().values():
            assert not tensor.any()
