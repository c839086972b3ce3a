"""What a search tells of itself while it goes, and who listens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class FinishedTrial:
    """A trial that finished, complete or pruned; accuracies and gap are fractions.

    `done` counts the study's finished trials over all machines, this one included; `leads` says
    whether it is the best by score or in a track. Accuracy and gap are means over `replicas` seeds.
    `unkept` says why its files could not be kept, where it is notable and they could not.
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
    leads: bool = False
    replicas: int = 1
    test_accuracy_sd: float | None = None
    unkept: str | None = None


@dataclass(frozen=True)
class FailedTrial:
    """A trial that raised; its place in the budget is free again."""

    number: int
    reason: str


@dataclass(frozen=True)
class WorkerStopped:
    """A worker that cannot go on, and why."""

    reason: str


@dataclass(frozen=True)
class EpochsTrained:
    """How far a worker's first trial is: `epoch` of `epochs`, those of all its seeds."""

    epoch: int
    epochs: int


Event = FinishedTrial | FailedTrial | WorkerStopped | EpochsTrained


class Watcher(Protocol):
    """Who is told about a search as it goes."""

    def started(
        self, done: int, total: int, workers: int, leaders: Sequence[FinishedTrial]
    ) -> None:
        """Hear that the search begins, with `done` of `total` trials finished before.

        `leaders` are the best of these by score and in each track.
        """

    def training(self, trained: EpochsTrained) -> None:
        """Hear how far the first trial of a worker is."""

    def finished(self, trial: FinishedTrial) -> None:
        """Hear of a trial that finished here."""

    def counted(self, done: int) -> None:
        """Hear how many trials are finished, those of other machines included."""

    def failed(self, trial: FailedTrial) -> None:
        """Hear of a trial that failed here."""

    def replaced(self, exit_code: int) -> None:
        """Hear that a worker died and another takes its place."""

    def lingering(self, workers: int, seconds: float) -> None:
        """Hear that workers have not ended though the study has its trials; they are made to.

        That is in so many seconds at the latest.
        """

    def stopping(self) -> None:
        """Hear that the search was asked to stop and ends with the running epoch."""
