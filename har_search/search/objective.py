"""Optuna's side of one trial: suggestions to a configuration, training and attributes.

The only module that turns suggestions into a configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import cast

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from har_search.networks.splits import Splits
from har_search.search.pruning import PruningWatch
from har_search.search.space import distribution
from har_search.storage import attributes
from har_search.study.seeds import replica_seeds, trial_seed
from har_search.study.spec import StudySpec, Value
from har_search.training.config import TrainingConfig
from har_search.training.recorded import Attribute, Entrant, figures_of
from har_search.training.results import TrainingResult
from har_search.training.trial import train_trial


class TrialFailedError(Exception):
    """A trial could not be trained; the search goes on. The message is the reason."""


class TrialInterruptedError(Exception):
    """The search was asked to stop while this trial trained."""


def set_one_by_one(
    trial: optuna.Trial, recorded: Mapping[str, Attribute], _result: TrainingResult
) -> None:
    """Record a trial's attributes through Optuna's own interface."""
    for name, value in recorded.items():
        trial.set_user_attr(name, value)


@dataclass(frozen=True)
class Objective:
    """Trains the network that a trial suggests and returns its score.

    `seed` is the search's: a trial's own seed follows from it and the trial's number.
    `should_stop` is asked after every epoch. `record` keeps a trial's attributes, and what else of
    its result is to be kept; `suggesting` makes the block in which a trial's values are suggested.
    """

    spec: StudySpec
    splits: Splits
    entrant: Entrant
    seed: int
    should_stop: Callable[[], bool]
    record: Callable[[optuna.Trial, Mapping[str, Attribute], TrainingResult], None] = set_one_by_one
    suggesting: Callable[[], AbstractContextManager[None]] = nullcontext

    def __call__(self, trial: optuna.Trial) -> float:
        """Run one trial.

        Raises:
            optuna.TrialPruned: the pruner ended it; its figures are recorded all the same.
            TrialInterruptedError: the search is to stop.
            TrialFailedError: training raised; its message is the reason.
        """
        seed = trial_seed(self.seed, trial.number)
        with self.suggesting():
            values = suggest(trial, self.spec)
        config = TrainingConfig.from_hyperparameters(
            values, epochs=self.spec.epochs, optimizer=self.spec.optimizer
        )
        watch = PruningWatch(trial, self.spec, self.should_stop)
        try:
            result = train_trial(
                self.spec,
                config,
                self.splits,
                seeds=replica_seeds(seed, self.spec.replicas),
                watch=watch,
            )
        except optuna.exceptions.OptunaError:
            raise  # of a report: the database's business, not this trial's
        except Exception as error:
            raise TrialFailedError(f"{type(error).__name__}: {error}") from error
        if watch.interrupted:
            raise TrialInterruptedError
        recorded = figures_of(result, self.spec, self.entrant) | {"seed": seed}
        self.record(trial, recorded, result)
        if watch.pruned:
            raise optuna.TrialPruned
        return result.score


def suggest(trial: optuna.trial.BaseTrial, spec: StudySpec) -> dict[str, Value]:
    """Return a value for every hyperparameter: fixed, suggested, or the trial's start's."""
    values: dict[str, Value] = dict(spec.recipe)
    for name, space in spec.search.items():
        values[name] = _suggested(trial, name, distribution(space))
    return {**values, **start_values(spec, trial.user_attrs.get(attributes.START))}


def _suggested(trial: optuna.trial.BaseTrial, name: str, among: BaseDistribution) -> Value:
    """Ask the trial for a value of a distribution, by the method that Optuna has for its kind."""
    if isinstance(among, CategoricalDistribution):
        return cast("Value", trial.suggest_categorical(name, among.choices))
    if isinstance(among, IntDistribution):
        return trial.suggest_int(name, among.low, among.high, step=among.step, log=among.log)
    assert isinstance(among, FloatDistribution)
    return trial.suggest_float(name, among.low, among.high, step=among.step, log=among.log)


def start_values(spec: StudySpec, name: str | None) -> Mapping[str, Value]:
    """Return the values that the start of that name sets."""
    return next((start.values for start in spec.starts if start.name == name), {})
