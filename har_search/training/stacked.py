"""Networks of one configuration side by side, with the training step worked out by hand.

In networks this small autograd and dispatch cost as much as the matrix products, so forward and
backward pass are written out for the one form that `mlp` describes, over stacked tensors whose
first dimension is the replica. Everything a network learns lies in one buffer, so one optimizer
call updates it and one operation averages it. A test holds every gradient against autograd's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import nn


class Stack:
    """R networks of one configuration: parameters, gradients and BatchNorm's running statistics.

    `state` holds all of them in one dimension, `parameters` is its part that is learned and
    `gradients` what `step` writes. `networks` are R `nn.Sequential` over the same memory, for
    evaluation.
    """

    def __init__(self, networks: Sequence[nn.Sequential]) -> None:
        """Stack networks of one configuration, which from now on live in this stack's memory."""
        self.networks = tuple(networks)
        learned = _stacked([dict(each.named_parameters()) for each in networks])
        running = _stacked([_running_statistics(each) for each in networks])
        self.state = torch.cat([each.flatten() for each in (*learned.values(), *running.values())])
        self.parameters = self.state[: sum(each.numel() for each in learned.values())]
        self.gradients = torch.zeros_like(self.parameters)
        views, slopes = _views(self.state, learned | running), _views(self.gradients, learned)
        for replica, network in enumerate(networks):
            shared = {name: each[replica] for name, each in views.items()}
            network.load_state_dict(shared, strict=False, assign=True)

        modules = dict(networks[0].named_children())
        linear = [name for name, each in modules.items() if isinstance(each, nn.Linear)]
        self.weights = [views[f"{name}.weight"] for name in linear]
        self.biases = [_row(views[f"{name}.bias"]) for name in linear]
        self.weight_slopes = [slopes[f"{name}.weight"] for name in linear]
        self.bias_slopes = [_row(slopes[f"{name}.bias"]) for name in linear]
        self.transposed = [weight.transpose(1, 2) for weight in self.weights]
        self.norm: _Norm | None = None
        for name, module in modules.items():
            if isinstance(module, nn.BatchNorm1d):
                self.norm = _Norm(module, _of(name, views), _of(name, slopes))

    def step(
        self,
        features: torch.Tensor,
        targets: torch.Tensor,
        mask: torch.Tensor | None,
        logits: torch.Tensor,
    ) -> None:
        """Write the batch's logits (R, B, C), and the gradients of its mean cross-entropy.

        `features` (R, B, F), soft `targets` (R, B, C) whose rows sum to 1, and `mask` (R, B, width)
        in place of dropout's own draw: 0 or 1 / keep probability.
        """
        batch, last = features.shape[1], len(self.weights) - 1
        inputs = [features]
        hidden = torch.baddbmm(self.biases[0], features, self.transposed[0])
        if self.norm is not None:
            hidden = self.norm.forward(hidden)
        hidden.clamp_min_(0)
        if mask is not None:
            hidden.mul_(mask)
        inputs.append(hidden)
        for layer in range(1, last):
            hidden = torch.baddbmm(self.biases[layer], hidden, self.transposed[layer])
            inputs.append(hidden.clamp_min_(0))
        torch.baddbmm(self.biases[last], hidden, self.transposed[last], out=logits)

        # The slope of cross-entropy after softmax: probabilities - targets (Bishop 2006, 4.109).
        slope = torch.softmax(logits, dim=2).sub_(targets).div_(batch)
        for layer in range(last, 0, -1):
            self._keep(layer, slope, inputs[layer])
            # An activation is 0 where ReLU or dropout let nothing through, and so is its slope.
            slope = torch.bmm(slope, self.weights[layer]).mul_(inputs[layer].sign())
        if mask is not None:
            slope.mul_(mask)
        if self.norm is not None:
            slope = self.norm.backward(slope)
        self._keep(0, slope, features)

    def _keep(self, layer: int, slope: torch.Tensor, inputs: torch.Tensor) -> None:
        """Write a linear layer's gradients, from the slope of its output."""
        torch.bmm(slope.transpose(1, 2), inputs, out=self.weight_slopes[layer])
        torch.sum(slope, dim=1, keepdim=True, out=self.bias_slopes[layer])


class _Norm:
    """BatchNorm with each replica's own batch statistics (Ioffe and Szegedy 2015)."""

    def __init__(
        self,
        module: nn.BatchNorm1d,
        state: Mapping[str, torch.Tensor],
        slopes: Mapping[str, torch.Tensor],
    ) -> None:
        """Take (R, width) tensors by their names in the module's `state_dict()`."""
        self.epsilon, self.momentum = module.eps, module.momentum or 0.0
        self.scale = _row(state["weight"])
        self.scale_slope, self.shift_slope = _row(slopes["weight"]), _row(slopes["bias"])
        self.mean, self.inverse = torch.empty_like(self.scale), torch.empty_like(self.scale)
        # Every replica's own (width,) rows: torch's kernel takes one network at a time.
        taken = [state[name] for name in ("weight", "bias", "running_mean", "running_var")]
        self.own = list(zip(*taken, strict=True))
        self.seen = list(zip(self.mean.squeeze(1), self.inverse.squeeze(1), strict=True))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Normalise (R, B, width) and update the running statistics."""
        outputs = torch.empty_like(inputs)
        for replica, (own, seen) in enumerate(zip(self.own, self.seen, strict=True)):
            out = outputs[replica], *seen
            normalise = torch.native_batch_norm
            normalise(inputs[replica], *own, True, self.momentum, self.epsilon, out=out)  # type: ignore[call-arg, misc, arg-type]
        self.normalised = inputs.sub_(self.mean).mul_(self.inverse)
        return outputs

    def backward(self, slope: torch.Tensor) -> torch.Tensor:
        """Write the gradients of scale and shift, and return the slope of the inputs."""
        batch = slope.shape[1]
        torch.sum(slope, dim=1, keepdim=True, out=self.shift_slope)
        torch.sum(slope * self.normalised, dim=1, keepdim=True, out=self.scale_slope)
        slope.sub_(self.shift_slope / batch)
        slope.addcmul_(self.normalised, self.scale_slope, value=-1 / batch)
        return slope.mul_(self.inverse * self.scale)


def _running_statistics(network: nn.Module) -> dict[str, torch.Tensor]:
    """Return BatchNorm's buffers, but for the count of batches, which takes no part."""
    return {name: each for name, each in network.named_buffers() if each.is_floating_point()}


def _stacked(networks: Sequence[Mapping[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """Stack each of the networks' tensors, by its name: the first dimension is the replica."""
    return {name: torch.stack([each[name] for each in networks]).detach() for name in networks[0]}


def _views(flat: torch.Tensor, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the parts of a buffer that hold these tensors one after the other, by their names."""
    parts = torch.split(flat, [each.numel() for each in tensors.values()])
    named = zip(tensors.items(), parts, strict=True)
    return {name: part.view(each.shape) for (name, each), part in named}


def _of(module: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return a module's tensors, by their names within it."""
    prefix = f"{module}."
    return {
        name.removeprefix(prefix): each for name, each in tensors.items() if name.startswith(prefix)
    }


def _row(tensor: torch.Tensor) -> torch.Tensor:
    """Make (R, units) to (R, 1, units), to be added to (R, B, units)."""
    return tensor.unsqueeze(1)
