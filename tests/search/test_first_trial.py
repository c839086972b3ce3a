"""What a worker tells of its first trial while it trains."""

from dataclasses import replace

import pytest

from har_search.search import first_trial
from har_search.search.events import EpochsTrained, Event
from har_search.search.first_trial import FirstTrial
from har_search.study.spec import StudySpec


class Told:
    """Orders to go on, which keep what they were told."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def stop(self) -> bool:
        return False

    def drain(self) -> bool:
        return False

    def wait(self, seconds: float) -> None: ...

    def tell(self, event: Event) -> None:
        self.events.append(event)


def test_epochs_are_told_once_a_second_and_of_the_first_trial_alone(
    quick: StudySpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(first_trial.time, "monotonic", lambda: now)
    told = Told()
    first = FirstTrial(replace(quick, epochs=30), told)
    for _ in range(10):
        assert not first.should_stop()
        now += 0.25
    assert told.events == [EpochsTrained(epoch, 30) for epoch in (1, 5, 9)]
    first.over = True
    now += 5
    first.should_stop()
    assert len(told.events) == 3


def test_the_epochs_of_all_seeds_count(quick: StudySpec) -> None:
    """Seeds are trained a pair at a time."""
    first = FirstTrial(replace(quick, epochs=30, replicas=5), told := Told())
    first.should_stop()
    assert told.events == [EpochsTrained(1, 90)]
