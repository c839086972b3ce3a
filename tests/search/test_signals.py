"""Ctrl-C and SIGTERM in one process; real searches are told to stop in acceptance/."""

import signal
import threading
from contextlib import suppress
from unittest.mock import Mock

import pytest

from har_search.search.signals import heard_signals

BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


@BOTH
def test_the_first_is_a_flag_and_the_second_interrupts(number: signal.Signals) -> None:
    before, told = signal.getsignal(number), Mock()
    with heard_signals(told) as signals:
        signals.wait_for_epochs()
        assert not signals.should_stop()
        signal.raise_signal(number)
        assert signals.should_stop()
        told.assert_called_once_with()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
    assert signal.getsignal(number) == before


@BOTH
def test_while_a_search_begins_the_first_interrupts(number: signal.Signals) -> None:
    told = Mock()
    with heard_signals(told), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)
    told.assert_not_called()


def test_one_that_a_callback_swallowed_is_heard_after_all() -> None:
    told = Mock()
    with heard_signals(told) as signals:
        with suppress(KeyboardInterrupt):  # as Python does in a __del__
            signal.raise_signal(signal.SIGINT)
        signals.wait_for_epochs()
        assert signals.should_stop()
    told.assert_called_once_with()


def test_outside_the_main_thread_they_are_left_alone() -> None:
    asked: list[bool] = []

    def ask() -> None:
        with heard_signals(Mock()) as signals:
            asked.append(signals.should_stop())

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert asked == [False]
