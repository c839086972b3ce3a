"""What ends trials early."""

from dataclasses import replace

import optuna
import pytest

from har_search.search.pruners import make_pruner
from har_search.study.spec import Component, StudySpec


@pytest.mark.parametrize(("warmup", "first"), [(0, 1), (3, 4)])
def test_warmup_epochs_are_those_without_pruning(quick: StudySpec, warmup: int, first: int) -> None:
    component = Component("median", {"startup_trials": 1, "warmup_epochs": warmup})
    trials = optuna.create_study(
        direction="maximize", pruner=make_pruner(replace(quick, pruner=component))
    )
    good, bad = trials.ask(), trials.ask()
    for epoch in range(1, 7):
        good.report(0.9, epoch)
    trials.tell(good, 0.9)
    pruned = []
    for epoch in range(1, 7):
        bad.report(0.1, epoch)
        pruned.append(bad.should_prune())
    assert pruned.index(True) + 1 == first
