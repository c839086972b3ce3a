"""Optuna's side of one trial: suggestions to a configuration, reports, pruning and attributes.

The only module that turns suggestions into a configuration.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from typing import cast

import numpy as np
import optuna
import torch

from har_search import attributes
from har_search.learner import TensorSplit, TrainingConfig
from har_search.spec import StudySpec, Value
from har_search.training import EpochFigures, TrainingResult, train

Attribute = float | int | str


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
    train_split: TensorSplit
    test_split: TensorSplit
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
        interrupted = pruned = False

        def on_epoch(figures: EpochFigures) -> bool:
            nonlocal interrupted, pruned
            interrupted = self.should_stop()
            if not interrupted and self.spec.reports(figures.epoch):
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
        except optuna.exceptions.OptunaError:
            raise  # of a report: the database's business, not this trial's
        except Exception as error:
            raise TrialFailedError(f"{type(error).__name__}: {error}") from error
        if interrupted:
            raise TrialInterruptedError
        recorded = figures_of(result, self.spec, self.entrant) | {"seed": seed}
        self.record(trial, recorded, result)
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
    return {**values, **start_values(spec, trial.user_attrs.get(attributes.START))}


def start_values(spec: StudySpec, name: str | None) -> Mapping[str, Value]:
    """Return the values that the start of that name sets."""
    return next((start.values for start in spec.starts if start.name == name), {})


def figures_of(result: TrainingResult, spec: StudySpec, entrant: Entrant) -> dict[str, Attribute]:
    """Return what a trial records beside its score and parameters; accuracies are fractions."""
    recorded: dict[str, Attribute] = {
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
        recorded[attributes.track_key(track.name)] = int(qualifies)
    if result.diverged:
        recorded["diverged"] = 1
    return recorded


def versions() -> str:
    """Name what a trial's last bits depend on beside its seed."""
    return (
        f"har-search {version('har-search')}, torch {torch.__version__}, "
        f"optuna {optuna.__version__}, numpy {np.__version__}, "
        f"python {platform.python_version()}, {platform.system()} {platform.machine()} "
        f"{torch.backends.cpu.get_cpu_capability()}"  # torch chooses its kernels by it
    )
