"""Networks of one configuration side by side, with the training step worked out by hand.

In networks this small autograd and dispatch cost as much as the matrix products, so forward and
backward pass are written out for the one form that `model` describes, over stacked tensors whose
first dimension is the replica. Everything a network learns lies in one buffer, so one optimizer
call updates it and one operation averages it. A test holds every gradient against autograd's.
"""

from __future__ import annotations

from collections.abc import Sequence

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
        norm = next((each for each in networks[0] if isinstance(each, nn.BatchNorm1d)), None)
        learned = [name for name, _ in networks[0].named_parameters()]
        running = [name for name, each in networks[0].named_buffers() if each.is_floating_point()]
        tensors = [
            torch.stack([network.state_dict()[name] for network in networks])
            for name in learned + running
        ]
        self.state = torch.cat([each.flatten() for each in tensors])
        views = _views(self.state, [each.shape for each in tensors])
        size = sum(each.numel() for each in tensors[: len(learned)])
        self.parameters = self.state[:size]
        self.gradients = torch.zeros_like(self.parameters)
        slopes = _views(self.gradients, [each.shape for each in tensors[: len(learned)]])
        for network, *own in zip(networks, *views, strict=True):
            shared = dict(zip(learned + running, own, strict=True))
            network.load_state_dict(shared, strict=False, assign=True)
        # Rows (R, units) become (R, 1, units), to be added to (R, B, units).
        views = [each if each.dim() == 3 else each.unsqueeze(1) for each in views]
        slopes = [each if each.dim() == 3 else each.unsqueeze(1) for each in slopes]
        self.norm: _Norm | None = None
        if norm is not None:
            self.norm = _Norm(norm, views[2:4], slopes[2:4], views[-2:])
            del views[-2:], views[2:4], slopes[2:4]
        self.weights, self.biases = views[0::2], views[1::2]
        self.weight_slopes, self.bias_slopes = slopes[0::2], slopes[1::2]
        self.transposed = [weight.transpose(1, 2) for weight in self.weights]

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
        parameters: Sequence[torch.Tensor],
        slopes: Sequence[torch.Tensor],
        running: Sequence[torch.Tensor],
    ) -> None:
        self.epsilon, self.momentum = module.eps, module.momentum or 0.0
        self.scale, self.shift = parameters
        self.scale_slope, self.shift_slope = slopes
        self.mean, self.inverse = torch.empty_like(self.scale), torch.empty_like(self.scale)
        state = (*parameters, *running), (self.mean, self.inverse)
        # Every replica's own (width,) rows: torch's kernel takes one network at a time.
        self.own, self.seen = [
            list(zip(*(each.squeeze(1) for each in rows), strict=True)) for rows in state
        ]

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


def _views(flat: torch.Tensor, shapes: Sequence[torch.Size]) -> list[torch.Tensor]:
    parts = torch.split(flat, [shape.numel() for shape in shapes])
    return [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]
