"""The network as ONNX: the same logits, for any number of windows."""

import onnx
import pytest
import torch
from torch import nn

from har_search.data.dataset import Dataset
from har_search.networks import mlp
from har_search.networks.mlp import MLPConfig
from har_search.networks.onnx import TOLERANCE, distance, to_onnx
from tests.helpers import CONFIGS


@pytest.mark.parametrize("config", CONFIGS)
def test_every_network_has_an_onnx_twin(config: MLPConfig, small: Dataset) -> None:
    network = mlp.build(config, torch.Generator().manual_seed(1))
    network.train()
    network(torch.from_numpy(small.train.features))  # running statistics of its own
    content = to_onnx(network.eval())
    assert distance(content, network, small.test.features) <= TOLERANCE
    graph = onnx.load_from_string(content).graph
    extra = {"0.weight", "0.bias"} if config.standardizes else set()  # ONNX's BatchNorm has both
    assert {each.name for each in graph.initializer} == extra | {
        key for key in network.state_dict() if not key.endswith("num_batches_tracked")
    }
    (windows,), (logits,) = graph.input, graph.output
    assert (windows.name, logits.name) == ("windows", "logits")
    sizes = [each.dim_param or each.dim_value for each in windows.type.tensor_type.shape.dim]
    assert sizes == ["N", 561]


def test_a_layer_that_has_no_twin_is_named() -> None:
    with pytest.raises(TypeError, match="no ONNX operator is known for Tanh"):
        to_onnx(nn.Sequential(nn.Tanh()))
