"""One search: a spec and a storage to a study, a sampler, a pruner and the loop over trials.

Parses no arguments and prints nothing: a `Watcher` is told what happens.
"""

from __future__ import annotations

import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import optuna
import torch
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState

from har_search.data import SIMULATED, Dataset
from har_search.errors import OptionError, SearchStoppedError, StudyMismatchError
from har_search.leaderboard import (
    SPEC_ATTRIBUTE,
    Selection,
    leaderboard,
    rows_of,
    track_key,
)
from har_search.objective import (
    FAILURE_ATTRIBUTE,
    INTERRUPTED,
    START_ATTRIBUTE,
    Entrant,
    Objective,
    TrialFailedError,
    TrialInterruptedError,
    enqueue_starts,
)
from har_search.spec import StudySpec
from har_search.storage import finished_trials, open_for_writing
from har_search.study_file import parse_spec
from har_search.training import TensorSplit

DATASET_ATTRIBUTE = "har_search:dataset"
SAME_FAILURES = 5  # in a row stop the search


@dataclass(frozen=True)
class FinishedTrial:
    """What a watcher hears of one finished trial; accuracies and gap are fractions.

    `done` counts the study's finished trials, this one included.
    """

    number: int
    pruned: bool
    score: float
    test_accuracy: float
    gap: float
    tracks: tuple[str, ...]
    parameters: int
    epochs: int
    seconds: float
    done: int


class Watcher(Protocol):
    """Who is told about a search as it goes."""

    def started(self, done: int, total: int, leaders: Sequence[FinishedTrial]) -> None:
        """Hear that the search begins, with `done` of `total` trials finished before.

        `leaders` are the best of these by score and in each track.
        """

    def finished(self, trial: FinishedTrial) -> None:
        """Hear of a trial that finished, complete or pruned."""

    def failed(self, number: int, reason: str) -> None:
        """Hear of a trial that failed; its place in the budget is free again."""

    def stopping(self) -> None:
        """Hear that the search was asked to stop and ends with the running epoch."""


@dataclass(frozen=True)
class SearchOptions:
    """How far and as whom to search: `trials` is the study's total of finished trials."""

    trials: int
    student: str
    timeout_seconds: float | None = None
    seed: int | None = None
    device: str = "auto"


@dataclass(frozen=True)
class SearchOutcome:
    """How a search ended: the study's name, its finished trials, and whether it was interrupted."""

    study_name: str
    done: int
    interrupted: bool


def study_name(spec: StudySpec, dataset: Dataset) -> str:
    """Return the study's name: simulated data has studies of its own."""
    return f"{spec.name}-{SIMULATED}" if dataset.name == SIMULATED else spec.name


def search(
    spec: StudySpec, url: str, dataset: Dataset, options: SearchOptions, watcher: Watcher
) -> SearchOutcome:
    """Run trials until the study has `options.trials` finished ones, or until told to stop.

    Ctrl-C or SIGTERM ends it after the running epoch; that trial's parameters are tried again by
    the next search. A second Ctrl-C ends it at once.

    Raises:
        StorageError: the database fails; what is finished is kept.
        StudyMismatchError: the study there has another spec or other data.
        SearchStoppedError: trials keep failing for the same reason.
        OptionError: the device is not there.

    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    deadline = None
    if options.timeout_seconds is not None:
        deadline = time.monotonic() + options.timeout_seconds
    device = choose_device(options.device)
    with open_for_writing(url) as storage, stop_on_signals(watcher.stopping) as should_stop:
        name = study_name(spec, dataset)
        study = prepare_study(storage, name, spec, dataset)
        done = finished_trials(storage, name)
        seed = np.random.SeedSequence().entropy if options.seed is None else options.seed
        assert isinstance(seed, int)
        # A resumed search must not draw the same random parameters again.
        study.sampler = make_sampler(spec, sampler_seed=_mix(seed, done))
        study.pruner = make_pruner(spec)
        watcher.started(done, options.trials, earlier_leaders(url, name) if done else ())
        objective = Objective(
            spec=spec,
            train_split=TensorSplit.of(dataset.train, device),
            test_split=TensorSplit.of(dataset.test, device),
            entrant=Entrant(options.student, dataset.name, str(device)),
            seed=seed,
            should_stop=should_stop,
        )
        failures = _Failures()

        def after_trial(study: optuna.Study, trial: FrozenTrial) -> None:
            if trial.state.is_finished() and trial.state != TrialState.FAIL:
                failures.forget()
                watcher.finished(_finished_trial(trial, spec, finished_trials(storage, name)))
                return
            reason = str(trial.user_attrs.get(FAILURE_ATTRIBUTE, "unknown"))
            if reason == INTERRUPTED:
                start = trial.user_attrs.get(START_ATTRIBUTE)
                attributes = {} if start is None else {START_ATTRIBUTE: start}
                study.enqueue_trial(trial.params, user_attrs=attributes)
            else:
                watcher.failed(trial.number, reason)
                failures.add(reason)

        while (done := finished_trials(storage, name)) < options.trials:
            if should_stop() or (deadline is not None and time.monotonic() >= deadline):
                break
            study.optimize(
                objective,
                n_trials=1,
                catch=(TrialFailedError, TrialInterruptedError),
                callbacks=[after_trial],
            )
        return SearchOutcome(name, done, interrupted=should_stop())


class _Failures:
    """Counts failures in a row that have one reason, and stops the search at too many."""

    def __init__(self) -> None:
        self.reason, self.count = "", 0

    def forget(self) -> None:
        self.count = 0

    def add(self, reason: str) -> None:
        self.count = self.count + 1 if reason == self.reason else 1
        self.reason = reason
        if self.count >= SAME_FAILURES:
            raise SearchStoppedError(
                f"{self.count} trials in a row failed with the same reason: {reason}"
            )


def earlier_leaders(url: str, name: str) -> list[FinishedTrial]:
    """Return the study's best trial by score and each track's leader."""
    board = leaderboard(url, Selection(study=name, top=1))
    rows = [*rows_of(board), *(row for row in board.leaders.values() if row is not None)]
    return [
        FinishedTrial(
            number=row["trial"],
            pruned=False,
            tracks=tuple(row["tracks"]),
            done=board.finished,
            **{
                name: row[name]
                for name in ("score", "test_accuracy", "gap", "parameters", "epochs", "seconds")
            },
        )
        for row in rows
    ]


def _finished_trial(trial: FrozenTrial, spec: StudySpec, done: int) -> FinishedTrial:
    figures = trial.user_attrs
    tracks = tuple(track.name for track in spec.tracks if figures[track_key(track.name)])
    assert trial.value is not None
    return FinishedTrial(
        number=trial.number,
        pruned=trial.state == TrialState.PRUNED,
        score=trial.value,
        test_accuracy=figures["test_accuracy"],
        gap=figures["gap"],
        tracks=tracks,
        parameters=figures["parameters"],
        epochs=figures["epochs"],
        seconds=figures["seconds"],
        done=done,
    )


def prepare_study(
    storage: RDBStorage, name: str, spec: StudySpec, dataset: Dataset
) -> optuna.Study:
    """Make the study, or load it and check that it is the same one.

    Raises:
        StudyMismatchError: it has another spec or other data; the message names what changed.

    """
    about = {"name": dataset.name, "fingerprint": dataset.fingerprint}
    try:
        study = optuna.create_study(storage=storage, study_name=name, direction="maximize")
    except optuna.exceptions.DuplicatedStudyError:
        study = optuna.load_study(storage=storage, study_name=name)
        _check_same(study, spec, about)
        return study
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.set_metric_names(["score"])
    study.set_user_attr(DATASET_ATTRIBUTE, about)
    study.set_user_attr(SPEC_ATTRIBUTE, spec.tables())
    enqueue_starts(study, spec)
    return study


def _check_same(study: optuna.Study, spec: StudySpec, dataset: dict[str, str]) -> None:
    attributes = study.user_attrs
    if SPEC_ATTRIBUTE not in attributes:
        raise StudyMismatchError(
            f"the study '{study.study_name}' was not made by har-search; give the study file "
            "another [study] name"
        )
    stored_spec = parse_spec(attributes[SPEC_ATTRIBUTE], f"study '{study.study_name}'")
    changes = stored_spec.differences(spec)
    stored = attributes[DATASET_ATTRIBUTE]
    if stored != dataset:
        changes.append(
            f"data: {stored['name']} {stored['fingerprint']} → "
            f"{dataset['name']} {dataset['fingerprint']}"
        )
    if changes:
        raise StudyMismatchError(
            f"the study '{study.study_name}' is another one: {'; '.join(changes)}. Give the study "
            "file another [study] name, or another database with --storage"
        )


def make_sampler(spec: StudySpec, sampler_seed: int) -> optuna.samplers.BaseSampler:
    """Return the spec's sampler."""
    options: dict[str, Any] = {"seed": sampler_seed}
    if "startup_trials" in spec.sampler.options:
        options["n_startup_trials"] = int(spec.sampler.options["startup_trials"])
    samplers: dict[str, Callable[..., optuna.samplers.BaseSampler]] = {
        "tpe": optuna.samplers.TPESampler,
        "gp": optuna.samplers.GPSampler,
        "random": optuna.samplers.RandomSampler,
    }
    return samplers[spec.sampler.name](**options)


def make_pruner(spec: StudySpec) -> optuna.pruners.BasePruner:
    """Return the spec's pruner; epochs count from 1."""
    options = spec.pruner.options
    if spec.pruner.name == "none":
        return optuna.pruners.NopPruner()
    return optuna.pruners.PercentilePruner(
        options.get("percentile", 50.0),
        n_startup_trials=int(options.get("startup_trials", 5)),
        n_warmup_steps=int(options.get("warmup_epochs", 0)) + 1,
        interval_steps=int(options.get("interval", 1)),
    )


def choose_device(device: str) -> torch.device:
    """Return the device to train on; `auto` is the CPU, whose start-up a network this small needs.

    Raises:
        OptionError: torch finds no such device.

    """
    if device == "auto":
        return torch.device("cpu")
    available = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if not available.get(device, False):
        found = ", ".join(name for name, there in available.items() if there)
        raise OptionError(f"--device {device}: torch finds {found} here")
    return torch.device(device)


@contextmanager
def stop_on_signals(on_stop: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C or SIGTERM into a flag to ask, and leave the second to Python.

    Outside of the main thread, where signals cannot be handled, the flag stays down.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop.is_set
        return
    watched = [signal.SIGINT, signal.SIGTERM]
    before = {number: signal.getsignal(number) for number in watched}

    def handle(_number: int, _frame: object) -> None:
        stop.set()
        for number, handler in before.items():
            signal.signal(number, handler)
        on_stop()

    for number in watched:
        signal.signal(number, handle)
    try:
        yield stop.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _mix(*numbers: int) -> int:
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])
