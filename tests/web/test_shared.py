"""Answers are computed once for all who ask at once, and kept a while."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from har_search.web.shared import SharedAnswers

VISITORS = 8


def test_who_asks_meanwhile_waits_for_the_same_answer() -> None:
    answers: SharedAnswers[int] = SharedAnswers(4)
    began, go = threading.Event(), threading.Event()

    def compute() -> int:
        began.set()
        assert go.wait(30)
        return 7

    def never() -> int:
        raise AssertionError("computed again")

    with ThreadPoolExecutor(VISITORS) as pool:
        first = pool.submit(answers.get, "a", compute, 1e-9)  # not fresh, but under way
        assert began.wait(30)
        others = [pool.submit(answers.get, "a", never, 60) for _ in range(VISITORS - 1)]
        assert answers.get("b", lambda: 8) == 8  # nobody waits for what another asked
        go.set()
        assert [each.result(30) for each in [first, *others]] == [7] * VISITORS


def test_a_failure_is_told_to_all_who_wait_and_not_kept() -> None:
    answers: SharedAnswers[int] = SharedAnswers(4)
    began, go = threading.Event(), threading.Event()

    def fail() -> int:
        began.set()
        assert go.wait(30)
        raise LookupError("gone")

    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(answers.get, "a", fail) for _ in range(2)]
        assert began.wait(30)
        go.set()
        for each in waiting:
            with pytest.raises(LookupError, match="gone"):
                each.result(30)
    assert answers.get("a", lambda: 7) == 7


def test_an_answer_is_kept_while_it_is_fresh_and_there_is_room() -> None:
    answers: SharedAnswers[int] = SharedAnswers(2)
    assert answers.get("a", lambda: 1) == 1
    assert answers.get("a", lambda: 2) == 1
    assert answers.get("a", lambda: 2, fresh_seconds=0) == 2
    assert answers.get("b", lambda: 3) == 3
    assert answers.get("a", lambda: 4) == 2
    assert answers.get("c", lambda: 5) == 5  # b, asked longest ago, has to go
    assert answers.get("a", lambda: 6) == 2
    assert answers.get("b", lambda: 7) == 7
    answers.clear()
    assert answers.get("b", lambda: 8) == 8
