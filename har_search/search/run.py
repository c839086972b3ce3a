"""One search on this machine: the study prepared, workers started, heard and replaced.

Parses no arguments and prints nothing: a `Watcher` is told what happens. The process that calls
`search` owns no trial.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from har_search.data.locate import Located
from har_search.errors import SearchStoppedError
from har_search.machine import core_count
from har_search.search.budget import Sweeper
from har_search.search.crew import STOP_SECONDS, Crew, Died
from har_search.search.ending import Ending, Until
from har_search.search.events import Event, FailedTrial, FinishedTrial, Watcher, WorkerStopped
from har_search.search.job import Job
from har_search.search.showcase import Showcase
from har_search.search.signals import heard_signals
from har_search.search.study import prepare_study
from har_search.search.upkeep import Look, Upkeep, earlier_leaders
from har_search.storage import attributes
from har_search.storage.artifacts import make_folder
from har_search.storage.claims import finished_trials
from har_search.storage.database import alone, open_for_writing
from har_search.storage.defaults import PATIENCE_SECONDS
from har_search.storage.reader import make_reader
from har_search.storage.studies import studies_kept, study_name
from har_search.study.seeds import sampler_seed
from har_search.study.spec import StudySpec

Result = TypeVar("Result")
SAME_FAILURES = 5  # in a row stop the search
HEAR_SECONDS = 0.25  # at most, until Ctrl-C is noticed
GIVE_UP_SECONDS = 3.0  # after Ctrl-C, waiting for the database
LINGER_SECONDS = 30.0  # for a worker to end once the study has its trials
LOOK_SECONDS = 1.0  # between two looks at what other machines did


@dataclass(frozen=True)
class SearchOptions:
    """How far and as whom to search.

    `trials` is the study's total of finished trials; `workers` None means one a core; `until` names
    the tracks that end the search once each has an entry; `artifacts` is the folder for notable
    trials' files, made where it is missing.
    """

    trials: int
    student: str
    workers: int | None = None
    timeout_seconds: float | None = None
    until: tuple[str, ...] = ()
    seed: int | None = None
    device: str = "auto"
    patience_seconds: float = PATIENCE_SECONDS
    artifacts: Path | None = None


@dataclass(frozen=True)
class SearchOutcome:
    """How a search ended: the study's name, its finished trials, and why.

    `answered` says whether the database did at the end; otherwise `done` is what was heard before.
    """

    study_name: str
    done: int
    ending: Ending
    answered: bool = True


@dataclass(frozen=True)
class Reader:
    """A database role that may only read, and its password."""

    role: str
    password: str


def init(
    spec: StudySpec, url: str, located: Located, reader: Reader | None = None
) -> tuple[str, int]:
    """Make tables and study where there are none; return the study's name and finished trials.

    Safe from any number of processes at once.

    Raises:
        StorageError: the database cannot be opened or made.
        StudyMismatchError: the study there has another spec or other data.
        OptionError: a reader is asked for where the database has no roles.
    """
    with open_for_writing(url) as storage:
        name = study_name(spec, located.dataset.name)
        prepare_study(storage, name, spec, located.dataset)
        if reader is not None:
            with alone(url):
                make_reader(storage, reader.role, reader.password)
        return name, finished_trials(storage, name)


def search(
    spec: StudySpec,
    url: str,
    located: Located,
    options: SearchOptions,
    watcher: Watcher,
    crew: Crew | None = None,
) -> SearchOutcome:
    """Run trials until the study has `options.trials` finished ones, or until told to stop.

    `crew` may hold workers that were prepared; all of its workers end with the search.

    Ctrl-C or SIGTERM ends it after the running epochs; these trials' parameters are tried again by
    the next search. A second Ctrl-C ends it at once.

    Raises:
        StorageError: the database fails; what is finished is kept.
        StudyMismatchError: the study there has another spec or other data.
        NotFoundError: the study is deleted meanwhile.
        SearchStoppedError: trials keep failing for the same reason, or workers keep dying.
        OptionError: the device is not there.
    """
    with (
        heard_signals(watcher.stopping) as signals,
        open_for_writing(url, options.patience_seconds) as storage,
    ):
        if options.artifacts is not None:
            make_folder(options.artifacts)
        name = study_name(spec, located.dataset.name)
        study = storage.patiently(lambda: prepare_study(storage, name, spec, located.dataset))
        if study.user_attrs.get(attributes.TRIALS) != options.trials:
            study.set_user_attr(attributes.TRIALS, options.trials)
        sweeper = Sweeper(storage, study)
        sweeper.sweep()  # what an earlier search on this machine left behind
        done = finished_trials(storage, name)
        leaders = storage.patiently(lambda: earlier_leaders(url, name)) if done else []
        showcase = Showcase(storage, study, spec, options.artifacts)
        with (
            studies_kept(storage, [name]),
            Upkeep(storage, sweeper, showcase) as upkeep,
            crew or Crew() as crew,
        ):
            signals.wait_for_epochs()
            workers = min(options.workers or core_count(), max(options.trials - done, 1))
            watcher.started(done, options.trials, workers, leaders)
            until = Until(options.until, options.timeout_seconds, leaders)
            team = _Team(crew, _job(spec, url, name, options), located.folder)
            storage.patience_seconds = 0  # a look that fails is made up for by the next
            run = _Run(team, upkeep, watcher, until, done)
            run.until_end(workers, signals.should_stop)
            if until.ending is not Ending.interrupted:
                storage.patience_seconds = options.patience_seconds
            before = None if until.ending is Ending.interrupted else done  # it waits for no picture
            at_end = _result(upkeep.finish(before), signals.should_stop)
        answered = at_end is not None
        return SearchOutcome(name, run.done if at_end is None else at_end, until.ending, answered)


def _job(spec: StudySpec, url: str, name: str, options: SearchOptions) -> Job:
    seed = secrets.randbits(32) if options.seed is None else options.seed
    return Job(
        url=url,
        study_name=name,
        spec=spec,
        trials=options.trials,
        student=options.student,
        device=options.device,
        seed=seed,
        sampler_seed=seed,
        patience_seconds=options.patience_seconds,
        artifacts=options.artifacts,
    )


class _Team:
    """The workers that one search starts: all do one job, each with a sampler seed of its own."""

    def __init__(self, crew: Crew, job: Job, data_folder: Path) -> None:
        self.crew, self.job, self.data_folder = crew, job, data_folder
        self.started = 0

    def add(self, done: int) -> None:
        """Start a worker, where so many trials are finished."""
        seed = sampler_seed(self.job.sampler_seed, done, self.started)
        self.crew.start(replace(self.job, sampler_seed=seed), self.data_folder)
        self.started += 1


def _result(future: Future[Result], should_stop: Callable[[], bool]) -> Result | None:
    """Wait for a result; None where it has not come some seconds after Ctrl-C."""
    deadline = math.inf
    while time.monotonic() < deadline:
        if should_stop():
            deadline = min(deadline, time.monotonic() + GIVE_UP_SECONDS)
        if wait([future], HEAR_SECONDS).done:
            return future.result()
    return None


class _Run:
    """One search's loop: hears the workers, replaces the dead, and sees to it that they end."""

    def __init__(
        self, team: _Team, upkeep: Upkeep, watcher: Watcher, until: Until, done: int
    ) -> None:
        self.team, self.upkeep, self.watcher, self.until = team, upkeep, watcher, until
        self.done, self.looked = done, time.monotonic()
        self.look: Future[Look | None] | None = None
        self.completed: float | None = None  # when all trials were finished
        self.told = False  # of workers that did not end then
        self.failures: list[str] = []  # in a row with one reason
        self.deaths = 0  # in a row

    def until_end(self, workers: int, should_stop: Callable[[], bool]) -> None:
        """Run until the study is complete or something else ends the search."""
        crew, until = self.team.crew, self.until
        try:
            if until.goes_on and self.done < self.team.job.trials:
                for _ in range(workers):
                    self.team.add(self.done)
            crew.dismiss()
            while crew.workers and time.monotonic() < until.force_at:
                for event in crew.next_events(HEAR_SECONDS):
                    # A signal to all ends the workers, too: none of these deaths counts.
                    self._hear(event, stopping=should_stop())
                self._look()
                self._wait_no_longer()
                order = until.next_order(interrupted=should_stop())
                if order is not None:
                    crew.order(order)
        except BaseException:
            crew.end(STOP_SECONDS)
            raise
        crew.end()

    def _hear(self, event: Event | Died | None, *, stopping: bool) -> None:
        if isinstance(event, FinishedTrial):
            self.failures.clear()
            self.deaths = 0
            self.done = max(self.done, event.done)
            self.until.cross_off([event])
            self.watcher.finished(event)
            self.upkeep.refresh(event)
        elif isinstance(event, FailedTrial):
            self.watcher.failed(event)
            self._count_failure(event.reason)
        elif isinstance(event, WorkerStopped):
            raise SearchStoppedError(event.reason)
        elif isinstance(event, Died):
            self.upkeep.sweep()
            if self.until.goes_on and not stopping and self.done < self.team.job.trials:
                self._count_death(event.exit_code)
                self.watcher.replaced(event.exit_code)
                self.team.add(self.done)

    def _count_failure(self, reason: str) -> None:
        if self.failures and self.failures[-1] != reason:
            self.failures.clear()
        self.failures.append(reason)
        if len(self.failures) >= SAME_FAILURES:
            raise SearchStoppedError(
                f"{SAME_FAILURES} trials in a row failed with the same reason: {reason}"
            )

    def _count_death(self, exit_code: int) -> None:
        self.deaths += 1
        if self.deaths >= SAME_FAILURES:
            raise SearchStoppedError(
                f"{SAME_FAILURES} workers in a row died, the last with exit code "
                f"{exit_code}; is there memory enough? Try fewer with --workers"
            )

    def _look(self) -> None:
        """Look now and then at what other machines did, and for trials of dead workers."""
        self.upkeep.check()
        if self.look is not None and self.look.done():
            seen, self.look = self.look.result(), None
            if seen is not None and seen.done > self.done:
                self.done = seen.done
                self.watcher.counted(seen.done)
                self.until.cross_off(seen.leaders)
        if self.look is None and time.monotonic() - self.looked >= LOOK_SECONDS:
            self.looked = time.monotonic()
            self.look = self.upkeep.look(for_leaders=bool(self.until.wanted))

    def _wait_no_longer(self) -> None:
        """See to it that no worker outlives the study's last trial by much, and say so."""
        if self.done < self.team.job.trials:
            return
        now = time.monotonic()
        if self.completed is None:
            self.completed = now
            self.until.force_at = min(self.until.force_at, now + LINGER_SECONDS)
        lingering = len(self.team.crew.workers)
        if lingering and not self.told and now - self.completed >= STOP_SECONDS:
            self.told = True
            self.watcher.lingering(lingering, LINGER_SECONDS - STOP_SECONDS)
