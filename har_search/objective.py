"""Optuna's side of one trial: suggestions to a configuration, training and attributes.

The only module that turns suggestions into a configuration.
"""

from __future__ import annotations

import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from typing import cast

import numpy as np
import optuna
import torch

from har_search import attributes
from har_search.learner import TensorSplit, TrainingConfig
from har_search.pruning import Watch
from har_search.replicas import OnReplicas, train_to_last
from har_search.spec import StudySpec, Value
from har_search.training import OnEpoch, TrainingResult, train

Attribute = float | int | str
_REPLICAS = 7  # sets these seeds apart from all others that follow from a trial's


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
        watch = Watch(trial, self.spec, self.should_stop)
        try:
            result = train_trial(
                self.spec,
                config,
                self.train_split,
                self.test_split,
                seeds=replica_seeds(seed, self.spec.replicas),
                should_stop=watch.should_stop,
                on_epoch=watch.on_epoch,
                on_replicas=watch.on_replicas,
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


def train_trial(
    spec: StudySpec,
    config: TrainingConfig,
    train_split: TensorSplit,
    test_split: TensorSplit,
    *,
    seeds: Sequence[int],
    should_stop: Callable[[], bool] = lambda: False,
    on_epoch: OnEpoch = lambda _figures: False,
    on_replicas: OnReplicas = lambda _replicas: False,
) -> TrainingResult:
    """Train as the study scores its trials: one seed to its best epoch, or `seeds` to the last.

    `should_stop` is asked after every epoch; where a callback returns True, training ends there.
    """
    if spec.scored_epoch == "best":
        (seed,) = seeds
        return train(
            config,
            train_split,
            test_split,
            seed=seed,
            scoring=spec.scoring,
            on_epoch=lambda figures: should_stop() or on_epoch(figures),
        )
    return train_to_last(
        config,
        train_split,
        test_split,
        seeds=seeds,
        scoring=spec.scoring,
        reports=spec.reports,
        should_stop=should_stop,
        on_epoch=on_epoch,
        on_replicas=on_replicas,
    )


def trial_seed(search_seed: int, number: int) -> int:
    """Return the seed of the trial of that number, a whole number below 2**32."""
    return int(np.random.SeedSequence([search_seed, number]).generate_state(1)[0])


def replica_seeds(seed: int, count: int) -> list[int]:
    """Return the seeds of a trial's replicas: its own, then others that follow from it."""
    others = [np.random.SeedSequence([seed, _REPLICAS, each]) for each in range(1, count)]
    return [seed, *(int(each.generate_state(1)[0]) for each in others)]


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
    """Return what a trial records beside its score and parameters; accuracies are fractions.

    With several seeds they are means, beside the test accuracy's standard deviation and the figures
    of the first seed, whose network, curve and confusion matrix are kept.
    """
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
    if spec.replicas > 1:
        first, *_ = result.replicas
        tests = [each.test_accuracy for each in result.replicas]
        recorded |= {
            "replicas": len(tests),
            "test_accuracy_sd": statistics.stdev(tests),
            "first_test_accuracy": first.test_accuracy,
            "first_train_accuracy": first.train_accuracy,
        }
    return recorded


def versions() -> str:
    """Name what a trial's last bits depend on beside its seed."""
    return (
        f"har-search {version('har-search')}, torch {torch.__version__}, "
        f"optuna {optuna.__version__}, numpy {np.__version__}, "
        f"python {platform.python_version()}, {platform.system()} {platform.machine()} "
        f"{torch.backends.cpu.get_cpu_capability()}"  # torch chooses its kernels by it
    )
