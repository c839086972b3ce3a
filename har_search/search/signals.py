"""Ctrl-C and SIGTERM: while a search begins, and while its workers train."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Signals:
    """Ctrl-C and SIGTERM while a search goes; outside of the main thread nobody can hear them.

    At first each raises KeyboardInterrupt. Once `wait_for_epochs` was called, the first one is a
    flag to ask, and the second raises.
    """

    def __init__(self, on_stop: Callable[[], None]) -> None:
        self.on_stop = on_stop
        self.heard = self.waits = False

    def should_stop(self) -> bool:
        """Return whether there was one."""
        return self.heard

    def wait_for_epochs(self) -> None:
        """From now on, let the first end the search after the running epochs."""
        self.waits = True
        if self.heard:  # and somebody kept the KeyboardInterrupt: a callback that may not raise
            self.on_stop()

    def __call__(self, _number: int, _frame: object) -> None:
        """Hear a signal."""
        first, self.heard = not self.heard, True
        if not (first and self.waits):
            raise KeyboardInterrupt
        self.on_stop()


@contextmanager
def heard_signals(on_stop: Callable[[], None]) -> Iterator[Signals]:
    """Hear Ctrl-C and SIGTERM within the block; `on_stop` is called when one asks to stop."""
    signals = Signals(on_stop)
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return
    watched = [signal.SIGINT, signal.SIGTERM]
    before = {number: signal.signal(number, signals) for number in watched}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
