"""One search on this machine: the study prepared, workers started, heard and replaced.

Parses no arguments and prints nothing: a `Watcher` is told what happens. The process that calls
`search` owns no trial.
"""

from __future__ import annotations

import math
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from har_search.board.standings import Selection, leaderboard
from har_search.data.locate import Located
from har_search.errors import SearchStoppedError, StorageError
from har_search.machine import core_count
from har_search.search.budget import Sweeper
from har_search.search.crew import DRAIN, STOP, STOP_SECONDS, Crew, Died
from har_search.search.events import Event, FailedTrial, FinishedTrial, Watcher, WorkerStopped
from har_search.search.job import Job
from har_search.search.showcase import Showcase
from har_search.search.study import prepare_study
from har_search.storage import attributes
from har_search.storage.artifacts import make_folder
from har_search.storage.claims import finished_trials
from har_search.storage.database import alone, open_for_writing
from har_search.storage.defaults import PATIENCE_SECONDS
from har_search.storage.patient import PatientStorage, is_transient
from har_search.storage.reader import make_reader
from har_search.storage.studies import study_name
from har_search.study.seeds import sampler_seed
from har_search.study.spec import StudySpec

SAME_FAILURES = 5  # in a row stop the search
HEAR_SECONDS = 0.25  # at most, until Ctrl-C is noticed
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


class Ending(StrEnum):
    """Why a search ended."""

    complete = "complete"
    tracks = "tracks"
    time = "time"
    interrupted = "interrupted"


@dataclass(frozen=True)
class SearchOutcome:
    """How a search ended: the study's name, its finished trials, and why."""

    study_name: str
    done: int
    ending: Ending


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
        SearchStoppedError: trials keep failing for the same reason, or workers keep dying.
        OptionError: the device is not there.
    """
    with (
        stop_on_signals(watcher.stopping) as should_stop,
        # This process waits for no database, so that it always hears its workers and Ctrl-C.
        open_for_writing(url, patience_seconds=0) as storage,
    ):
        if options.artifacts is not None:
            make_folder(options.artifacts)
        name = study_name(spec, located.dataset.name)
        study = prepare_study(storage, name, spec, located.dataset)
        if study.user_attrs.get(attributes.TRIALS) != options.trials:
            study.set_user_attr(attributes.TRIALS, options.trials)
        sweeper = Sweeper(storage, study)
        sweeper.sweep()  # what an earlier search on this machine left behind
        done = finished_trials(storage, name)
        workers = min(options.workers or core_count(), max(options.trials - done, 1))
        leaders = earlier_leaders(url, name) if done else []
        watcher.started(done, options.trials, workers, leaders)
        showcase = Showcase(storage, study, spec, options.artifacts)
        job = _job(spec, url, name, options)
        with crew or Crew() as crew:
            run = _Run(job, located.folder, storage, sweeper, showcase, watcher, crew, done)
            ending = run.until_end(workers, options, leaders, should_stop)
        at_end = finished_trials(storage, name)
        if at_end > done and ending is not Ending.interrupted:  # Ctrl-C waits for no picture
            with _database_may_be_away():
                showcase.finish()
        return SearchOutcome(name, at_end, ending)


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


class _Run:
    """One search's loop: hears the workers, replaces the dead, and knows when to end."""

    def __init__(
        self,
        job: Job,
        data_folder: Path,
        storage: PatientStorage,
        sweeper: Sweeper,
        showcase: Showcase,
        watcher: Watcher,
        crew: Crew,
        done: int,
    ) -> None:
        self.job, self.storage, self.sweeper, self.watcher = job, storage, sweeper, watcher
        self.data_folder, self.showcase, self.crew = data_folder, showcase, crew
        self.done, self.looked = done, time.monotonic()
        self.started_workers = 0
        self.wanted: set[str] = set()  # tracks that still need an entry
        self.failures: list[str] = []  # in a row with one reason
        self.deaths = 0  # in a row

    def until_end(
        self,
        workers: int,
        options: SearchOptions,
        leaders: Sequence[FinishedTrial],
        should_stop: Callable[[], bool],
    ) -> Ending:
        """Run until the study is complete or something else ends the search; say what it was."""
        self.wanted = set(options.until)
        self._cross_off(leaders)
        deadline = math.inf
        if options.timeout_seconds is not None:
            deadline = time.monotonic() + options.timeout_seconds
        ending = Ending.tracks if options.until and not self.wanted else Ending.complete
        force_at = math.inf
        try:
            if self.done < options.trials and ending is Ending.complete:
                for _ in range(workers):
                    self._add_worker()
            self.crew.dismiss()
            while self.crew.workers and time.monotonic() < force_at:
                for event in self.crew.next_events(HEAR_SECONDS):
                    self._hear(event, in_place=ending is Ending.complete)
                self._look()
                if ending is not Ending.interrupted and should_stop():
                    ending = Ending.interrupted
                elif ending is Ending.complete and options.until and not self.wanted:
                    ending = Ending.tracks
                elif ending is Ending.complete and time.monotonic() >= deadline:
                    ending = Ending.time
                    self.crew.order(DRAIN)
                if ending in (Ending.interrupted, Ending.tracks) and force_at == math.inf:
                    self.crew.order(STOP)
                    force_at = time.monotonic() + STOP_SECONDS
        except BaseException:
            self.crew.end(STOP_SECONDS)
            raise
        self.crew.end()
        self._sweep()  # what had to be ended by force
        return ending

    def _add_worker(self) -> None:
        """Start a worker with a sampler seed of its own, also after a resumption."""
        seed = sampler_seed(self.job.sampler_seed, self.done, self.started_workers)
        self.crew.start(replace(self.job, sampler_seed=seed), self.data_folder)
        self.started_workers += 1

    def _hear(self, event: Event | Died | None, *, in_place: bool) -> None:
        if isinstance(event, FinishedTrial):
            self.failures.clear()
            self.deaths = 0
            self.done = max(self.done, event.done)
            self._cross_off([event])
            self.watcher.finished(event)
            with _database_may_be_away():
                self.showcase.refresh(event.number, event.done, leads=event.leads)
        elif isinstance(event, FailedTrial):
            self.watcher.failed(event)
            if self.failures and self.failures[-1] != event.reason:
                self.failures.clear()
            self.failures.append(event.reason)
            if len(self.failures) >= SAME_FAILURES:
                raise SearchStoppedError(
                    f"{SAME_FAILURES} trials in a row failed with the same reason: {event.reason}"
                )
        elif isinstance(event, WorkerStopped):
            raise SearchStoppedError(event.reason)
        elif isinstance(event, Died):
            self.deaths += 1
            if self.deaths >= SAME_FAILURES:
                raise SearchStoppedError(
                    f"{SAME_FAILURES} workers in a row died, the last with exit code "
                    f"{event.exit_code}; is there memory enough? Try fewer with --workers"
                )
            self._sweep()
            if in_place:
                self.watcher.replaced(event.exit_code)
                self._add_worker()

    def _cross_off(self, trials: Sequence[FinishedTrial]) -> None:
        self.wanted -= {track for trial in trials for track in trial.tracks}

    def _look(self) -> None:
        """Look now and then at what other machines did, and for trials of dead workers."""
        if time.monotonic() - self.looked < LOOK_SECONDS:
            return
        self.looked = time.monotonic()
        self._sweep()
        with _database_may_be_away():
            done = finished_trials(self.storage, self.job.study_name)
            if done > self.done:
                self.done = done
                self.watcher.counted(done)
                if self.wanted:
                    self._cross_off(earlier_leaders(self.job.url, self.job.study_name))

    def _sweep(self) -> None:
        with _database_may_be_away():
            self.sweeper.sweep()


@contextmanager
def _database_may_be_away() -> Iterator[None]:
    """Let the block fail where the database is away: the workers wait, and say so if it is long."""
    try:
        yield
    except Exception as error:
        if not is_transient(error) and not isinstance(error, StorageError):
            raise


def earlier_leaders(url: str, name: str) -> list[FinishedTrial]:
    """Return the study's best trial by score and each track's leader."""
    board = leaderboard(url, Selection(study=name, top=1))
    leaders = [*board.standings, *filter(None, board.leaders.values())]
    return [
        FinishedTrial(
            number=each.trial,
            pruned=False,
            score=each.score,
            test_accuracy=each.test_accuracy,
            gap=each.gap,
            tracks=each.tracks,
            parameters=each.parameters,
            epochs=each.epochs,
            seconds=each.seconds,
            done=board.finished,
            replicas=each.replicas,
            test_accuracy_sd=each.test_accuracy_sd,
        )
        for each in leaders
    ]


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
