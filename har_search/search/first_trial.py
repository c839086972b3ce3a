"""What a worker tells of its first trial while it trains: until it ends, nothing else is known."""

from __future__ import annotations

import math
import time

from har_search.search.events import EpochsTrained
from har_search.search.job import Orders
from har_search.study.spec import StudySpec
from har_search.training.last_epoch import TOGETHER

TELL_SECONDS = 1.0  # at least, between two tellings


class FirstTrial:
    """Counts the epochs of a worker's first trial, and tells of them while it is not `over`."""

    def __init__(self, spec: StudySpec, orders: Orders) -> None:
        self.orders = orders
        self.epoch, self.epochs = 0, spec.epochs * math.ceil(spec.replicas / TOGETHER)
        self.told = -math.inf
        self.over = False

    def should_stop(self) -> bool:
        """Return whether the search is to stop; asked once after each epoch."""
        if not self.over:
            self.epoch += 1
            if time.monotonic() - self.told >= TELL_SECONDS:
                self.told = time.monotonic()
                self.orders.tell(EpochsTrained(self.epoch, self.epochs))
        return self.orders.stop()
