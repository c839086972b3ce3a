"""Who follows a trial's training, and may end it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from har_search.training.epochs import EpochFigures
from har_search.training.results import Replica


class Watch(Protocol):
    """Follows one trial's training, which ends where one of these returns True."""

    def should_stop(self) -> bool:
        """Be asked after every epoch, of whichever seed."""

    def on_epoch(self, figures: EpochFigures, /) -> bool:
        """Hear of an epoch of the first seed."""

    def on_replicas(self, replicas: Sequence[Replica], /) -> bool:
        """Hear of all seeds that are trained so far, where the last epoch counts."""


class Unwatched:
    """The watch of a training that nobody follows: it goes on to its end."""

    def should_stop(self) -> bool:
        """Let it go on."""
        return False

    def on_epoch(self, _figures: EpochFigures, /) -> bool:
        """Let it go on."""
        return False

    def on_replicas(self, _replicas: Sequence[Replica], /) -> bool:
        """Let it go on."""
        return False


UNWATCHED = Unwatched()
