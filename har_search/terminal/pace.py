"""How fast a search is and how long it will take, by the clock."""

from __future__ import annotations

import time


class Pace:
    """Trials a minute since the search began, and the time left, which runs down between trials."""

    def __init__(self, done: int, total: int) -> None:
        self.begun = self.changed = time.monotonic()
        self.done_before = self.done = done
        self.total = total

    def counted(self, done: int) -> None:
        """Hear how many trials are finished."""
        if done != self.done:
            self.done, self.changed = done, time.monotonic()

    def words(self) -> str:
        """Say trials a minute and the time left; nothing before the first trial is finished."""
        done, left = self.done - self.done_before, self.total - self.done
        taken = self.changed - self.begun
        if done <= 0 or taken <= 0:
            return ""
        each = taken / done
        # A trial that takes longer than the others stops the clock; it does not turn it back.
        since = min(time.monotonic() - self.changed, each)
        remaining = f", {clock(left * each - since)} left" if left > 0 else ""
        return f"{60 / each:.1f} trials/min{remaining}"


def clock(seconds: float) -> str:
    """Write a duration as minutes and seconds, from an hour on with hours: 2:10, 1:02:10."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
