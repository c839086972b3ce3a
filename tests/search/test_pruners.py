"""What ends trials early: the file's pruner, as Optuna has it, but with fewer reads."""

from dataclasses import replace

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState

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


def test_pruners_are_those_the_file_names(quick: StudySpec) -> None:
    def pruner(name: str, **chosen: float) -> object:
        return make_pruner(replace(quick, pruner=Component(name, chosen)))

    assert isinstance(pruner("none"), optuna.pruners.NopPruner)
    assert isinstance(pruner("wilcoxon", p_threshold=0.2), optuna.pruners.WilcoxonPruner)
    assert isinstance(pruner("percentile", percentile=25), optuna.pruners.PercentilePruner)
    assert isinstance(pruner("median", warmup_epochs=3), optuna.pruners.PercentilePruner)


def verdicts(pruner: optuna.pruners.BasePruner) -> list[bool]:
    """Return what a pruner says at each epoch of 25 trials, some of which end before the last."""
    study = optuna.create_study(direction="maximize", pruner=pruner)
    chance = np.random.default_rng(5)
    said = []
    for _ in range(25):
        trial = study.ask()
        scores = np.sort(chance.uniform(0, 1, 6)) + chance.normal(0, 0.1, 6)
        for epoch, score in enumerate(scores.tolist(), 1):
            trial.report(score, epoch)
            said.append(trial.should_prune())
            if said[-1]:
                break
        state = TrialState.PRUNED if said[-1] else TrialState.COMPLETE
        study.tell(trial, None if said[-1] else float(scores.max()), state=state)
    return said


@pytest.mark.parametrize(
    "options", [{}, {"percentile": 25.0, "startup_trials": 3, "warmup_epochs": 2, "interval": 2}]
)
def test_it_judges_as_optunas_own_does(quick: StudySpec, options: dict[str, float]) -> None:
    ours = make_pruner(replace(quick, pruner=Component("percentile", options)))
    theirs = optuna.pruners.PercentilePruner(
        options.get("percentile", 50.0),
        n_startup_trials=int(options.get("startup_trials", 5)),
        n_warmup_steps=int(options.get("warmup_epochs", 0)) + 1,
        interval_steps=int(options.get("interval", 1)),
    )
    said = verdicts(ours)
    assert said == verdicts(theirs)
    assert any(said)


def test_the_finished_trials_are_read_once_for_each_trial(
    quick: StudySpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    pruner = make_pruner(replace(quick, pruner=Component("median", {"startup_trials": 1})))
    study = optuna.create_study(direction="maximize", pruner=pruner)
    read = study._get_trials
    reads: list[int] = []
    monkeypatch.setattr(study, "_get_trials", lambda **how: [reads.append(1), read(**how)][1])
    counts = []
    for _ in range(3):
        trial = study.ask()
        reads.clear()
        for epoch in range(1, 5):
            trial.report(0.5, epoch)
            trial.should_prune()
        counts.append(len(reads))
        study.tell(trial, 0.5)
    assert counts == [1, 1, 1]
