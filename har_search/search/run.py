"""One search on this machine: the study prepared, workers started, heard and replaced.

Parses no arguments and prints nothing: a `Watcher` is told what happens. The process that calls
`search` owns no trial.
"""

from __future__ import annotations

import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from har_search.board.standings import Selection, leaderboard
from har_search.data.locate import Located
from har_search.errors import SearchStoppedError, StorageError
from har_search.machine import core_count
from har_search.search.budget import Sweeper
from har_search.search.crew import STOP_SECONDS, Crew, Died
from har_search.search.ending import Ending, Until
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
from har_search.storage.studies import require_study, studies_kept, study_name
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
        NotFoundError: the study is deleted meanwhile.
        SearchStoppedError: trials keep failing for the same reason, or workers keep dying.
        OptionError: the device is not there.
    """
    with (
        stop_on_signals(watcher.stopping) as should_stop,
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
        workers = min(options.workers or core_count(), max(options.trials - done, 1))
        leaders = storage.patiently(lambda: earlier_leaders(url, name)) if done else []
        watcher.started(done, options.trials, workers, leaders)
        upkeep = _Upkeep(storage, sweeper, Showcase(storage, study, spec, options.artifacts))
        job = _job(spec, url, name, options)
        until = Until(options.until, options.timeout_seconds, leaders)
        storage.patience_seconds = 0  # so that it always hears its workers and Ctrl-C
        with studies_kept(storage, [name]), crew or Crew() as crew:
            run = _Run(_Team(crew, job, located.folder), upkeep, watcher, until, done)
            run.until_end(workers, should_stop)
        if until.ending is not Ending.interrupted:
            storage.patience_seconds = options.patience_seconds
        at_end = run.done
        with _database_may_be_away():
            at_end = finished_trials(storage, name)
        if at_end > done and until.ending is not Ending.interrupted:  # Ctrl-C waits for no picture
            upkeep.finish()
        return SearchOutcome(name, at_end, until.ending)


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


@dataclass(frozen=True)
class _Upkeep:
    """What this process does in the database while its workers train; nothing where it is away."""

    storage: PatientStorage
    sweeper: Sweeper
    showcase: Showcase

    def sweep(self) -> None:
        """Put back what dead workers held."""
        with _database_may_be_away():
            self.sweeper.sweep()

    def refresh(self, trial: FinishedTrial) -> None:
        """Bring up to date what shows a trial that has just finished."""
        with _database_may_be_away():
            self.showcase.refresh(trial.number, trial.done, leads=trial.leads)

    def finish(self) -> None:
        """Bring up to date all that is shown."""
        with _database_may_be_away():
            self.showcase.finish()


class _Run:
    """One search's loop: hears the workers, replaces the dead, and sees to it that they end."""

    def __init__(
        self, team: _Team, upkeep: _Upkeep, watcher: Watcher, until: Until, done: int
    ) -> None:
        self.team, self.upkeep, self.watcher, self.until = team, upkeep, watcher, until
        self.done, self.looked = done, time.monotonic()
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
                order = until.next_order(interrupted=should_stop())
                if order is not None:
                    crew.order(order)
        except BaseException:
            crew.end(STOP_SECONDS)
            raise
        crew.end()
        self.upkeep.sweep()  # what had to be ended by force

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
            if self.until.goes_on and not stopping:
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
        if time.monotonic() - self.looked < LOOK_SECONDS:
            return
        self.looked = time.monotonic()
        self.upkeep.sweep()
        job = self.team.job
        with _database_may_be_away():
            require_study(self.upkeep.storage, job.study_name)
            done = finished_trials(self.upkeep.storage, job.study_name)
            if done > self.done:
                self.done = done
                self.watcher.counted(done)
                if self.until.wanted:
                    self.until.cross_off(earlier_leaders(job.url, job.study_name))


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
