"""Optuna's side of one trial: suggestions to a configuration, reports, pruning and attributes.

The only module that turns suggestions into a configuration.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import cast

import numpy as np
import optuna
import torch

from har_search.spec import Range, StudySpec, Value
from har_search.training import (
    EpochFigures,
    TensorSplit,
    TrainingConfig,
    TrainingResult,
    train,
)

START_ATTRIBUTE = "start"
FAILURE_ATTRIBUTE = "failure"
INTERRUPTED = "interrupted"


class TrialFailedError(Exception):
    """A trial could not be trained; the search goes on. The message is the reason."""


class TrialInterruptedError(Exception):
    """The search was asked to stop while this trial trained."""


@dataclass(frozen=True)
class Entrant:
    """What every trial of one worker has in common, as its attributes say."""

    student: str
    dataset: str
    device: str


@dataclass(frozen=True)
class Objective:
    """Trains the network that a trial suggests and returns its score.

    `seed` is the search's: a trial's own seed follows from it and the trial's number.
    `should_stop` is asked after every epoch.
    """

    spec: StudySpec
    train_split: TensorSplit
    test_split: TensorSplit
    entrant: Entrant
    seed: int
    should_stop: Callable[[], bool]

    def __call__(self, trial: optuna.Trial) -> float:
        """Run one trial.

        Raises:
            optuna.TrialPruned: the pruner ended it; its figures are recorded all the same.
            TrialInterruptedError: the search is to stop.
            TrialFailedError: training raised; the reason is recorded.

        """
        seed = trial_seed(self.seed, trial.number)
        trial.set_user_attr("seed", seed)
        config = TrainingConfig.from_hyperparameters(
            suggest(trial, self.spec), epochs=self.spec.epochs, optimizer=self.spec.optimizer
        )
        interrupted = pruned = False

        def on_epoch(figures: EpochFigures) -> bool:
            nonlocal interrupted, pruned
            interrupted = self.should_stop()
            if not interrupted:
                # The best score so far: known even where the train split was not evaluated.
                trial.report(figures.best_score, figures.epoch)
                pruned = figures.epoch < config.epochs and trial.should_prune()
            return interrupted or pruned

        try:
            result = train(
                config,
                self.train_split,
                self.test_split,
                seed=seed,
                scoring=self.spec.scoring,
                on_epoch=on_epoch,
            )
        except (RuntimeError, ValueError, MemoryError, ArithmeticError) as error:
            reason = f"{type(error).__name__}: {error}"
            trial.set_user_attr(FAILURE_ATTRIBUTE, reason)
            raise TrialFailedError(reason) from error
        if interrupted:
            trial.set_user_attr(FAILURE_ATTRIBUTE, INTERRUPTED)
            raise TrialInterruptedError
        for name, value in attributes(result, self.spec, self.entrant).items():
            trial.set_user_attr(name, value)
        if pruned:
            raise optuna.TrialPruned
        return result.score


def trial_seed(search_seed: int, number: int) -> int:
    """Return the seed of the trial of that number, a whole number below 2**32."""
    return int(np.random.SeedSequence([search_seed, number]).generate_state(1)[0])


def suggest(trial: optuna.trial.BaseTrial, spec: StudySpec) -> dict[str, Value]:
    """Return a value for every hyperparameter: fixed, suggested, or the trial's start's."""
    values: dict[str, Value] = dict(spec.recipe)
    for name, space in spec.search.items():
        if isinstance(space, tuple):
            values[name] = cast("Value", trial.suggest_categorical(name, space))
        elif isinstance(space.low, int):
            step = 1 if space.step is None else int(space.step)
            values[name] = trial.suggest_int(
                name, space.low, int(space.high), step=step, log=space.log
            )
        else:
            values[name] = trial.suggest_float(
                name, space.low, space.high, step=space.step, log=space.log
            )
    return {**values, **start_values(spec, trial.user_attrs.get(START_ATTRIBUTE))}


def start_values(spec: StudySpec, name: str | None) -> Mapping[str, Value]:
    """Return the values that the start of that name sets."""
    return next((start.values for start in spec.starts if start.name == name), {})


def enqueue_starts(study: optuna.Study, spec: StudySpec) -> None:
    """Queue the study file's starts, to be the study's first trials.

    Optuna is told the nearest value of the search space where the lesson lies outside of it; the
    attribute `start` makes `suggest` use the lesson's own.
    """
    for start in spec.starts:
        parameters: dict[str, Value] = {}
        for name, value in start.values.items():
            space = spec.search.get(name)
            if isinstance(space, Range) and isinstance(value, int | float):
                parameters[name] = space.nearest(value)
            elif space is not None:
                assert isinstance(space, tuple)
                parameters[name] = value if value in space else space[0]
        study.enqueue_trial(parameters, user_attrs={START_ATTRIBUTE: start.name})


def attributes(
    result: TrainingResult, spec: StudySpec, entrant: Entrant
) -> dict[str, float | int | str]:
    """Return what a trial records beside its score and parameters; accuracies are fractions."""
    recorded: dict[str, float | int | str] = {
        "test_accuracy": result.test_accuracy,
        "train_accuracy": result.train_accuracy,
        "running_train_accuracy": result.running_train_accuracy,
        "gap": result.gap,
        "epoch": result.epoch,
        "epochs": result.epochs,
        "parameters": result.parameters,
        "seconds": round(result.seconds, 3),
        "student": entrant.student,
        "dataset": entrant.dataset,
        "device": entrant.device,
        "versions": versions(),
    }
    for track in spec.tracks:
        qualifies = track.qualifies(result.test_accuracy, result.gap)
        recorded[f"track_{track.name.lower()}"] = int(qualifies)
    if result.diverged:
        recorded["diverged"] = 1
    return recorded


def versions() -> str:
    """Name what a trial's last bits depend on beside its seed."""
    return (
        f"har-search {version('har-search')}, torch {torch.__version__}, "
        f"optuna {optuna.__version__}, python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}"
    )
