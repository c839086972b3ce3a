"""The short way to torch's optimizer and schedules gives what the long way gives."""

import math

import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR

from har_search.training.optimizer import Adam, learning_rates

TORCHS = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}


@pytest.mark.parametrize("name", ["adam", "adamw"])
@pytest.mark.parametrize("weight_decay", [0.0, 0.3])
def test_adam_is_torchs(name: str, weight_decay: float) -> None:
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(1000, generator=generator)
    ours, theirs = start.clone(), torch.nn.Parameter(start.clone())
    gradients = torch.empty(1000)
    adam = Adam(name, ours, gradients, weight_decay)
    torchs = TORCHS[name]([theirs], weight_decay=weight_decay)
    for step in range(20):
        gradients.normal_(generator=generator)
        theirs.grad = gradients.clone()
        torchs.param_groups[0]["lr"] = rate = 0.01 / (step + 1)
        torchs.step()
        adam.step(rate)
    torch.testing.assert_close(ours, theirs.data)


def test_a_constant_rate_stays() -> None:
    assert list(learning_rates("constant", 0.1, 3)) == [0.1, 0.1, 0.1]


def test_cosine_falls_from_the_rate_to_nothing() -> None:
    rates = list(learning_rates("cosine", 0.1, 10))
    expected = [0.05 * (1 + math.cos(math.pi * step / 10)) for step in range(10)]
    assert rates == pytest.approx(expected)


def test_one_cycle_rises_to_the_rate_and_falls_to_nothing() -> None:
    rates = list(learning_rates("one-cycle", 0.1, 100))
    assert len(rates) == 100
    assert max(rates) == pytest.approx(0.1)
    assert 25 < rates.index(max(rates)) < 35
    assert rates[0] == pytest.approx(0.004)
    assert rates[-1] < 1e-5


@pytest.mark.parametrize("schedule", ["cosine", "one-cycle"])
def test_rates_are_those_that_a_training_loop_would_see(schedule: str) -> None:
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.AdamW([parameter], lr=0.1)
    scheduler = (
        CosineAnnealingLR(optimizer, T_max=12)
        if schedule == "cosine"
        else OneCycleLR(optimizer, max_lr=0.1, total_steps=12, cycle_momentum=False)
    )
    seen = []
    for step in range(12):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < 11:
            scheduler.step()
    assert list(learning_rates(schedule, 0.1, 12)) == seen
