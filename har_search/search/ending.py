"""Why a search ends, and until when its workers have time."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from enum import StrEnum

from har_search.search.crew import DRAIN, STOP, STOP_SECONDS
from har_search.search.events import FinishedTrial


class Ending(StrEnum):
    """Why a search ended."""

    complete = "complete"
    tracks = "tracks"
    time = "time"
    interrupted = "interrupted"


# What workers are ordered where a search ends so; a complete one's end by themselves.
_ORDERS = {
    Ending.complete: None,
    Ending.time: DRAIN,
    Ending.tracks: STOP,
    Ending.interrupted: STOP,
}


class Until:
    """Until when a search goes on: `ending` is `complete` while nothing else ends it.

    `wanted` are the tracks that still need an entry. From `force_at` on (seconds of the monotonic
    clock) workers that have not stopped by themselves are ended by force.
    """

    def __init__(
        self,
        tracks: Iterable[str] = (),
        timeout_seconds: float | None = None,
        leaders: Sequence[FinishedTrial] = (),
    ) -> None:
        """End once each of these tracks, if any, has an entry, or after so many seconds.

        `leaders` are earlier trials: where they have all of the tracks, nothing is to be done.
        """
        self.wanted = set(tracks)
        self.ends_with_tracks = bool(self.wanted)
        self.cross_off(leaders)
        self.deadline = math.inf if timeout_seconds is None else time.monotonic() + timeout_seconds
        self.ending = Ending.tracks if self._has_tracks() else Ending.complete
        self.order: str | None = None
        self.force_at = math.inf

    @property
    def goes_on(self) -> bool:
        """Whether new trials begin, and workers that die are replaced."""
        return self.ending is Ending.complete

    def cross_off(self, trials: Sequence[FinishedTrial]) -> None:
        """Take note of the tracks in which these trials are entries."""
        self.wanted -= {track for trial in trials for track in trial.tracks}

    def next_order(self, *, interrupted: bool) -> str | None:
        """Return what the workers are to be ordered now, if it is something new."""
        self.ending = self._next_ending(interrupted=interrupted)
        order = _ORDERS[self.ending]
        if order == self.order:
            return None
        self.order = order
        if order == STOP:
            self.force_at = time.monotonic() + STOP_SECONDS
        return order

    def _has_tracks(self) -> bool:
        return self.ends_with_tracks and not self.wanted

    def _next_ending(self, *, interrupted: bool) -> Ending:
        """Return why the search ends by now: Ctrl-C overrides any other reason, the first stays."""
        if interrupted:
            return Ending.interrupted
        if not self.goes_on:
            return self.ending
        if self._has_tracks():
            return Ending.tracks
        return Ending.time if time.monotonic() >= self.deadline else Ending.complete
