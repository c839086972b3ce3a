"""Why a search ends, told moment by moment; the loop and real signals are tested elsewhere."""

import math

import pytest

from har_search.search import ending as ending_module
from har_search.search.crew import DRAIN, STOP, STOP_SECONDS
from har_search.search.ending import Ending, Until
from har_search.search.events import FinishedTrial


def entry(*tracks: str) -> FinishedTrial:
    return FinishedTrial(0, False, 0.9, 0.9, 0.0, tracks, 10, 5, 1.0, 1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(ending_module.time, "monotonic", lambda: now[0])
    return now


def test_nothing_ends_a_search_without_limits(clock: list[float]) -> None:
    until = Until()
    clock[0] = 1e9
    assert until.next_order(interrupted=False) is None
    assert (until.ending, until.goes_on, until.force_at) == (Ending.complete, True, math.inf)


def test_a_deadline_lets_trials_finish_once_it_has_passed(clock: list[float]) -> None:
    until = Until(timeout_seconds=60)
    clock[0] += 59
    assert until.next_order(interrupted=False) is None
    clock[0] += 1
    assert until.next_order(interrupted=False) == DRAIN
    assert until.next_order(interrupted=False) is None  # an order is given once
    assert (until.ending, until.goes_on, until.force_at) == (Ending.time, False, math.inf)


def test_the_last_wanted_track_stops_the_workers(clock: list[float]) -> None:
    until = Until(("A", "B"))
    until.cross_off([entry("A")])
    assert until.next_order(interrupted=False) is None
    until.cross_off([entry("A", "B"), entry()])
    assert until.next_order(interrupted=False) == STOP
    assert (until.ending, until.force_at) == (Ending.tracks, 100 + STOP_SECONDS)


def test_tracks_that_have_entries_already_leave_nothing_to_do() -> None:
    assert Until(("A", "B"), leaders=[entry("A"), entry("B")]).ending is Ending.tracks
    assert Until(("A", "B"), leaders=[entry("A")]).ending is Ending.complete
    assert Until((), leaders=[entry("A")]).ending is Ending.complete


def test_ctrl_c_overrides_a_deadline_and_stops_the_workers(clock: list[float]) -> None:
    until = Until(timeout_seconds=0)
    assert until.next_order(interrupted=False) == DRAIN
    assert until.next_order(interrupted=True) == STOP
    clock[0] += 1
    assert until.next_order(interrupted=True) is None
    assert (until.ending, until.force_at) == (Ending.interrupted, 100 + STOP_SECONDS)


def test_ctrl_c_after_the_last_track_gives_no_more_time(clock: list[float]) -> None:
    until = Until(("A",), timeout_seconds=60)
    until.cross_off([entry("A")])
    assert until.next_order(interrupted=False) == STOP
    clock[0] += 1
    assert until.next_order(interrupted=True) is None
    assert (until.ending, until.force_at) == (Ending.interrupted, 100 + STOP_SECONDS)


def test_the_first_reason_stays(clock: list[float]) -> None:
    until = Until(("A",), timeout_seconds=60)
    clock[0] += 60
    assert until.next_order(interrupted=False) == DRAIN
    until.cross_off([entry("A")])
    assert until.next_order(interrupted=False) is None
    assert until.ending is Ending.time
