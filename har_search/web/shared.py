"""Answers that many visitors ask for at once: computed once, and kept a while."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class _Answer(Generic[T]):
    began: float = field(default_factory=time.monotonic)
    future: Future[T] = field(default_factory=Future)

    def serves(self, fresh_seconds: float) -> bool:
        return not self.future.done() or time.monotonic() - self.began < fresh_seconds


class SharedAnswers(Generic[T]):
    """The latest answers by what was asked, at most `size`; for any number of threads.

    Who asks while an answer is being computed waits for it. A failure is told to all who wait, and
    is not kept.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._answers: dict[Hashable, _Answer[T]] = {}
        self._lock = Lock()

    def get(self, asked: Hashable, compute: Callable[[], T], fresh_seconds: float = math.inf) -> T:
        """Return the answer under way, or one whose computing began within `fresh_seconds`.

        Without either it is computed here; what `compute` raises is raised.
        """
        with self._lock:
            known = self._answers.pop(asked, None)
            answer = known if known and known.serves(fresh_seconds) else _Answer[T]()
            self._answers[asked] = answer  # the last asked is the last to go
            if len(self._answers) > self.size:
                del self._answers[next(iter(self._answers))]
        if answer is not known:
            self._compute(asked, answer, compute)
        return answer.future.result()

    def _compute(self, asked: Hashable, answer: _Answer[T], compute: Callable[[], T]) -> None:
        try:
            answer.future.set_result(compute())
        except BaseException as error:  # whoever waits must hear of it, whatever it is
            with self._lock:
                if self._answers.get(asked) is answer:
                    del self._answers[asked]
            answer.future.set_exception(error)

    def clear(self) -> None:
        """Forget all answers."""
        with self._lock:
            self._answers.clear()
