"""What a worker is told: its job, once, and orders while it works."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from har_search.search.events import Event
from har_search.study.spec import StudySpec


@dataclass(frozen=True)
class Job:
    """What a worker is to do; `trials` is the study's total of finished ones.

    `seed` is the search's, for the trials' own seeds; `sampler_seed` differs between workers.
    `artifacts` is the folder for notable trials' files.
    """

    url: str
    study_name: str
    spec: StudySpec
    trials: int
    student: str
    device: str
    seed: int
    sampler_seed: int
    patience_seconds: float
    artifacts: Path | None = None


class Orders(Protocol):
    """What a worker is told while it works."""

    def stop(self) -> bool:
        """Return whether to end after the running epoch and put the trial back."""

    def drain(self) -> bool:
        """Return whether to end after the running trial."""

    def wait(self, seconds: float) -> None:
        """Wait for so long, or until there is an order."""

    def tell(self, event: Event) -> None:
        """Tell of an event."""
