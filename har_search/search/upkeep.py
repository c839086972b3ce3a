"""What a search's own process does in the database while its workers train.

All of it happens in a thread of its own: a database that is away, slow or silent keeps nobody from
hearing the workers and Ctrl-C.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Self, TypeVar

from har_search.board.standings import Selection, leaderboard
from har_search.errors import StorageError
from har_search.search.budget import Sweeper
from har_search.search.events import FinishedTrial
from har_search.search.showcase import Showcase
from har_search.storage.claims import finished_trials
from har_search.storage.patience import is_transient
from har_search.storage.patient import PatientStorage
from har_search.storage.studies import require_study

Result = TypeVar("Result")
END_SECONDS = 3.0  # at most, for what the thread is doing at the end
SYNC_SECONDS = 5.0  # between two times that SQLite's log is put on the disk


@dataclass(frozen=True)
class Look:
    """What a look at the study saw: its finished trials, and the leaders among them if asked."""

    done: int
    leaders: list[FinishedTrial]


class Upkeep:
    """Sweeps, counts and shows, one after the other in a thread, which ends with the block.

    What the database does not take is left out, and its result is None: the workers wait for it,
    and say so if it is long.
    """

    def __init__(self, storage: PatientStorage, sweeper: Sweeper, showcase: Showcase) -> None:
        self.storage, self.sweeper, self.showcase = storage, sweeper, showcase
        self.study_name = sweeper.study.study_name
        self.tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self.asked: list[Future[object]] = []
        self.ended = False
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.synced = time.monotonic()

    def __enter__(self) -> Self:
        """Start the thread."""
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let the thread end after what it is doing; wait for that as long as a picture may take.

        Python's end would break off a drawing in the middle, and the process with it.
        """
        self.ended = True
        self.tasks.put(None)
        self.thread.join(END_SECONDS)

    def sweep(self) -> None:
        """Put back what dead workers held."""
        self._ask(self.sweeper.sweep)

    def refresh(self, trial: FinishedTrial) -> None:
        """Bring up to date what shows a trial that has just finished."""
        self._ask(lambda: self.showcase.refresh(trial.number, trial.done, leads=trial.leads))

    def look(self, *, for_leaders: bool) -> Future[Look | None]:
        """Sweep, and see what other machines did."""

        def see() -> Look:
            require_study(self.storage, self.study_name)
            self.sweeper.sweep()
            self._sync()
            done = finished_trials(self.storage, self.study_name)
            leaders = earlier_leaders(self.storage.url, self.study_name) if for_leaders else []
            return Look(done, leaders)

        return self._ask(see)

    def finish(self, before: int | None) -> Future[int | None]:
        """Do what a search's end asks for; the result is the number of finished trials.

        Sweeps what workers held that had to be ended by force. Brings up to date what shows the
        study, where it has more finished trials than `before`; not at all where that is None.
        """

        def finish() -> int:
            self.sweeper.sweep()
            done = finished_trials(self.storage, self.study_name)
            if before is not None and done > before:
                self.showcase.finish()
            return done

        return self._ask(finish)

    def _sync(self) -> None:
        """See to it now and then that a power cut takes no more than the last seconds."""
        now = time.monotonic()
        if now - self.synced >= SYNC_SECONDS:
            self.synced = now
            self.storage.sync()

    def check(self) -> None:
        """Raise the error of something asked for that failed, but not because of the database."""
        self.asked, ended = (
            [each for each in self.asked if each.done() is done] for done in (False, True)
        )
        for each in ended:
            each.result()

    def _ask(self, work: Callable[[], Result]) -> Future[Result | None]:
        future: Future[Result | None] = Future()

        def do() -> None:
            try:
                future.set_result(work())
            except Exception as error:  # the asker's to raise
                if is_transient(error) or isinstance(error, StorageError):
                    future.set_result(None)
                else:
                    future.set_exception(error)

        self.tasks.put(do)
        self.asked.append(future)  # type: ignore[arg-type]  # whose result is read as an object
        return future

    def _work(self) -> None:
        while (task := self.tasks.get()) is not None and not self.ended:
            task()
        self.storage.remove_session()


def earlier_leaders(url: str, name: str) -> list[FinishedTrial]:
    """Return the study's best trial by score and each track's leader."""
    board = leaderboard(url, Selection(study=name, top=1))
    leaders = [*board.standings, *filter(None, board.leaders.values())]
    led = {
        each.trial: [name for name, leader in board.leaders.items() if leader is each]
        for each in leaders
    }
    return [
        FinishedTrial(
            number=each.trial,
            pruned=False,
            score=each.score,
            test_accuracy=each.test_accuracy,
            gap=each.gap,
            # one that holds may lead a track for which its own seed's figures do not qualify
            tracks=tuple(dict.fromkeys([*each.tracks, *led[each.trial]])),
            parameters=each.parameters,
            epochs=each.epochs,
            seconds=each.seconds,
            done=board.finished,
            replicas=each.replicas,
            test_accuracy_sd=each.test_accuracy_sd,
        )
        for each in leaders
    ]
