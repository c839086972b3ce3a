"""The optimizer and its learning rates, step by step.

Both are torch's own, reached the short way: around its fused kernel `torch.optim` spends more time
on bookkeeping than the kernel takes for a network this small. A test holds them to `torch.optim`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, OneCycleLR

KERNELS = {"adam": torch._fused_adam_, "adamw": torch._fused_adamw_}  # of `spec.OPTIMIZERS`


class Adam:
    """Adam (Kingma and Ba 2015) or AdamW (Loshchilov and Hutter 2019) over one buffer.

    `weight_decay` is added to the gradient by `adam` and taken off the parameters by `adamw`.
    """

    def __init__(
        self, name: str, parameters: torch.Tensor, gradients: torch.Tensor, weight_decay: float
    ) -> None:
        self.update, self.weight_decay = KERNELS[name], weight_decay
        self.parameters, self.gradients = [parameters], [gradients]
        self.means, self.squares = [torch.zeros_like(parameters)], [torch.zeros_like(parameters)]
        self.steps = [torch.zeros((), device=parameters.device)]

    def step(self, learning_rate: float) -> None:
        """Update the parameters from the gradients."""
        self.steps[0].add_(1)
        self.update(
            self.parameters,
            self.gradients,
            self.means,
            self.squares,
            [],
            self.steps,
            lr=learning_rate,
            beta1=0.9,
            beta2=0.999,
            eps=1e-8,
            weight_decay=self.weight_decay,
            amsgrad=False,
            maximize=False,
        )


def learning_rates(schedule: str, learning_rate: float, steps: int) -> Iterator[float]:
    """Yield the rate of each step; `learning_rate` is the constant, the start or the peak."""
    if schedule == "constant":
        yield from itertools.repeat(learning_rate, steps)
        return
    optimizer = torch.optim.SGD([torch.zeros(())], lr=learning_rate)
    scheduler: LRScheduler
    if schedule == "cosine":
        scheduler = CosineAnnealingLR(optimizer, T_max=steps)
    else:
        scheduler = OneCycleLR(
            optimizer, max_lr=learning_rate, total_steps=steps, cycle_momentum=False
        )
    optimizer.step()  # of nothing; a scheduler insists
    for step in range(steps):
        yield optimizer.param_groups[0]["lr"]
        if step + 1 < steps:
            scheduler.step()
