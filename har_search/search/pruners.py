"""What ends trials early: the study file's pruner."""

from __future__ import annotations

import warnings
from typing import cast

import optuna
from optuna.trial import TrialState

from har_search.study.spec import StudySpec


def make_pruner(spec: StudySpec) -> optuna.pruners.BasePruner:
    """Return the spec's pruner; epochs count from 1, seeds from 0."""
    options = spec.pruner.options
    if spec.pruner.name == "none":
        return optuna.pruners.NopPruner()
    if spec.pruner.name == "wilcoxon":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            return optuna.pruners.WilcoxonPruner(
                p_threshold=options.get("p_threshold", 0.1),
                n_startup_steps=int(options.get("startup_replicas", 2)),
            )
    return OncePerTrialPruner(
        options.get("percentile", 50.0),
        n_startup_trials=int(options.get("startup_trials", 5)),
        n_warmup_steps=int(options.get("warmup_epochs", 0)) + 1,
        interval_steps=int(options.get("interval", 1)),
    )


class OncePerTrialPruner(optuna.pruners.PercentilePruner):
    """A `PercentilePruner` that reads the finished trials once for each trial it judges.

    Optuna's reads them again at every report, which takes longer than the report.
    """

    def prune(self, study: optuna.Study, trial: optuna.trial.FrozenTrial) -> bool:
        """Return whether the trial's best report is among the worse ones at its latest step."""
        if trial.number != getattr(self, "_number", None):
            self._number, self._finished = trial.number, _Finished(study)
        return super().prune(cast("optuna.Study", self._finished), trial)


class _Finished:
    """The part of a study that a `PercentilePruner` asks for, as the trial's sampler read it."""

    def __init__(self, study: optuna.Study) -> None:
        self.direction = study.direction
        complete = (TrialState.COMPLETE,)
        self.complete = study._get_trials(deepcopy=False, states=complete, use_cache=True)

    def get_trials(self, **_options: object) -> list[optuna.trial.FrozenTrial]:
        return self.complete
