"""The network: a configuration, the `torch.nn.Sequential` it stands for, and that as source text.

One description, `layers`, feeds both, so the text that a student pastes is the network that was
trained. torch is imported only by `build`, so that showing a network does not cost its start-up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from har_search.challenge.activities import ACTIVITIES, FEATURE_COUNT
from har_search.challenge.inputs import AS_THEY_ARE, comment

if TYPE_CHECKING:
    import torch

NETWORK_HYPERPARAMETERS = ("width", "depth", "dropout", "batch_norm")  # those of the network itself


@dataclass(frozen=True)
class MLPConfig:
    """A multilayer perceptron in the lesson's form.

    `depth` hidden layers whose widths halve from `width` on; BatchNorm and dropout after the first
    one only, as in the lesson. `width=128, depth=3, dropout=0.3, batch_norm=True` is the lesson's
    own network. With `standardizes` a fixed first layer standardises the windows.
    """

    width: int
    depth: int
    dropout: float
    batch_norm: bool
    features: int = FEATURE_COUNT
    activities: int = len(ACTIVITIES)
    standardizes: bool = False

    @property
    def hidden_widths(self) -> tuple[int, ...]:
        """Units of each hidden layer, first to last."""
        return tuple(max(self.width >> layer, self.activities) for layer in range(self.depth))


@dataclass(frozen=True)
class Layer:
    """One module of `torch.nn`: the class's name, its positional arguments and its options."""

    module: str
    arguments: tuple[int | float, ...] = ()
    options: Mapping[str, float | bool] = field(default_factory=dict)

    def __str__(self) -> str:
        arguments = [_text(value) for value in self.arguments]
        arguments += [f"{name}={value}" for name, value in self.options.items()]
        return f"nn.{self.module}({', '.join(arguments)})"


def _text(value: float) -> str:
    """Write a number in full, but for what floats add: 57 steps of 0.01 are 0.5700000000000001."""
    short = f"{value:.12g}"
    return short if math.isclose(float(short), value, rel_tol=1e-15) else str(value)


def layers(config: MLPConfig) -> tuple[Layer, ...]:
    """Describe the network, input to logits."""
    description = []
    if config.standardizes:
        # In eval mode (x - running_mean) / sqrt(running_var + eps), with nothing that is trained.
        options = {"eps": 1e-12, "affine": False}
        description.append(Layer("BatchNorm1d", (config.features,), options))
    fan_in = config.features
    for index, width in enumerate(config.hidden_widths):
        description.append(Layer("Linear", (fan_in, width)))
        if index == 0 and config.batch_norm:
            description.append(Layer("BatchNorm1d", (width,)))
        description.append(Layer("ReLU"))
        if index == 0 and config.dropout > 0:
            description.append(Layer("Dropout", (config.dropout,)))
        fan_in = width
    description.append(Layer("Linear", (fan_in, config.activities)))
    return tuple(description)


def parameter_count(config: MLPConfig) -> int:
    """Count the trainable numbers, BatchNorm's scale and shift included."""
    total = 0
    for layer in layers(config):
        if layer.module == "Linear":
            fan_in, fan_out = (int(value) for value in layer.arguments)
            total += fan_in * fan_out + fan_out
        elif layer.module == "BatchNorm1d" and layer.options.get("affine", True):
            total += 2 * int(layer.arguments[0])
    return total


def source(config: MLPConfig, inputs: str = AS_THEY_ARE) -> str:
    """Return the network as Python source that runs when pasted, numbers filled in.

    `inputs` is one of `challenge.inputs.INPUTS`; a comment tells how they are standardised.
    """
    lines = [f"    {layer}," for layer in layers(config)]
    if config.standardizes:
        lines[0] += "  # standardises raw windows"
    head = ["from torch import nn", "", *comment(inputs)]
    return "\n".join([*head, "model = nn.Sequential(", *lines, ")"])


def build(config: MLPConfig, generator: torch.Generator | None = None) -> torch.nn.Sequential:
    """Build the network on the CPU in float32: (N, F) features to (N, C) logits, no softmax.

    `generator` draws the initial weights by PyTorch's own rule for `nn.Linear`: weights and biases
    uniform in ±1/sqrt(inputs) (He et al. 2015 with a = sqrt(5)). Without one, torch's global
    generator does, as in pasted source.
    """
    from torch import nn

    network = nn.Sequential(
        *(getattr(nn, layer.module)(*layer.arguments, **layer.options) for layer in layers(config))
    )
    if generator is not None:
        for module in network:
            if isinstance(module, nn.Linear):
                bound = 1 / math.sqrt(module.in_features)
                nn.init.uniform_(module.weight, -bound, bound, generator=generator)
                nn.init.uniform_(module.bias, -bound, bound, generator=generator)
    return network


def mlp_config(hyperparameters: Mapping[str, Any]) -> MLPConfig:
    """Return the network that a trial's hyperparameters name, among others."""
    return MLPConfig(**{name: hyperparameters[name] for name in NETWORK_HYPERPARAMETERS})
