"""The network as ONNX, for runtimes without PyTorch; needs the extra `onnx`.

The graph is written node by node: the network is a plain chain. torch's own exporter takes seconds
and three packages more, and warns of its own parts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from har_search.challenge.activities import ACTIVITIES, FEATURE_COUNT

INPUT, OUTPUT = "windows", "logits"
TOLERANCE = 1e-5  # of the logits, for those beyond 1 relative to the largest
_OPSET = 17  # of 2022: newer runtimes read it, too


def to_onnx(network: nn.Sequential) -> bytes:
    """Write the network in eval mode as ONNX: `windows` (N, F) to `logits` (N, C), N any number.

    Weights have the names that they have in the network's `state_dict()`, or would have there.

    Raises:
        ModuleNotFoundError: the package `onnx` is not there.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, weights, tensor = [], [], INPUT
    steps = [(name, each) for name, each in network.named_children() if not _idle(each)]
    for position, (name, module) in enumerate(steps, start=1):
        kind, options, parameters = _node(module)
        inputs = [tensor, *(f"{name}.{each}" for each in parameters)]
        tensor = OUTPUT if position == len(steps) else f"{name}.{kind.lower()}"
        nodes.append(helper.make_node(kind, inputs, [tensor], **options))
        weights += [
            numpy_helper.from_array(_values(module, each), f"{name}.{each}") for each in parameters
        ]
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", size])
        for name, size in ((INPUT, FEATURE_COUNT), (OUTPUT, len(ACTIVITIES)))
    ]
    graph = helper.make_graph(nodes, "har-search", ends[:1], ends[1:], weights)
    opset = helper.make_opsetid("", _OPSET)
    written = helper.make_model(
        graph,
        producer_name="har-search",
        opset_imports=[opset],
        ir_version=helper.find_min_ir_version_for([opset]),
    )
    onnx.checker.check_model(written, full_check=True)
    content: bytes = written.SerializeToString()
    return content


def _idle(module: nn.Module) -> bool:
    return isinstance(module, nn.Dropout)  # in eval mode


def _node(module: nn.Module) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    """Return a module's ONNX operator, its attributes, and which tensors it takes."""
    if isinstance(module, nn.Linear):
        return "Gemm", {"transB": 1}, ("weight", "bias")
    if isinstance(module, nn.BatchNorm1d):
        taken = ("weight", "bias", "running_mean", "running_var")
        return "BatchNormalization", {"epsilon": module.eps}, taken
    if isinstance(module, nn.ReLU):
        return "Relu", {}, ()
    raise TypeError(f"no ONNX operator is known for {module}")


def _values(module: nn.Module, name: str) -> NDArray[np.float32]:
    """Return a tensor of a module; BatchNorm without scale and shift has 1 and 0 in ONNX."""
    values = getattr(module, name)
    if values is None:
        assert isinstance(module, nn.BatchNorm1d)
        return np.full(module.num_features, name == "weight", np.float32)
    array: NDArray[np.float32] = values.detach().cpu().numpy()
    return array


def distance(content: bytes, network: nn.Sequential, windows: NDArray[np.float32]) -> float:
    """Return how far ONNX Runtime's logits are from torch's on these (N, F) windows, at most.

    Logits beyond 1 are compared relative to the largest.

    Raises:
        ModuleNotFoundError: the package `onnxruntime` is not there.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (found,) = session.run([OUTPUT], {INPUT: windows})
    with torch.inference_mode():
        expected = network.eval()(torch.from_numpy(windows)).numpy()
    return float(np.abs(found - expected).max() / max(1.0, np.abs(expected).max()))
