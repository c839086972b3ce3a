"""A PostgreSQL whose answers get lost, or that falls silent: a proxy stands between."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from tests.acceptance.conftest import Running, assert_nothing_lost
from tests.acceptance.proxy import Proxy

Start = Callable[..., Running]


@pytest.fixture
def proxy(postgresql_url: str) -> Iterator[Proxy]:
    with Proxy(postgresql_url) as proxy:
        yield proxy


@pytest.mark.slow
def test_lost_answers_lose_no_trial_and_make_none_twice(
    start: Start, proxy: Proxy, postgresql_url: str
) -> None:
    proxy.lose = 0.01  # to open a database takes some fifty answers, all of them at once
    search = start(proxy.url, "--trials", 40, "--workers", 2, "--patience", "20m", epochs=3)
    search.until_finished(1)
    proxy.lose = 0.06
    assert search.wait(1200) == 0, search.output
    assert proxy.lost > 20
    assert "Traceback" not in search.output
    assert "The study has its 40 trials." in search.output
    assert_nothing_lost(postgresql_url, 40)


@pytest.mark.slow
def test_a_silence_is_waited_for(start: Start, proxy: Proxy, postgresql_url: str) -> None:
    search = start(proxy.url, "--trials", 12, "--workers", 2)
    search.until_finished(3)
    proxy.silent = True
    time.sleep(15)
    proxy.silent = False
    assert search.wait() == 0, search.output
    assert_nothing_lost(postgresql_url, 12)


@pytest.mark.slow
def test_a_search_has_no_more_patience_with_a_silence_than_it_was_given(
    start: Start, proxy: Proxy
) -> None:
    search = start(proxy.url, "--trials", 1000, "--workers", 2, "--patience", "5s")
    search.until_finished(3)
    proxy.silent = True
    assert search.wait(90) == 1, search.output
    assert "Traceback" not in search.output
    assert "error:" in search.output.splitlines()[-1]
    assert not search.workers()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_silent_database_keeps_no_search_and_no_worker(
    start: Start, proxy: Proxy, number: signal.Signals
) -> None:
    search = start(proxy.url, "--trials", 1000, "--workers", 2)
    search.until_finished(3)
    workers = search.workers()
    proxy.silent = True
    time.sleep(3)  # by now all of them wait for it
    search.process.send_signal(number)
    stopped = number != signal.SIGKILL
    assert search.wait(30) == (130 if stopped else -number), search.output
    assert ("the database does not answer" in search.output) is stopped
    assert psutil.wait_procs(workers, 20)[1] == []


@pytest.mark.slow
def test_ctrl_c_is_heard_while_a_silent_database_keeps_a_search_from_beginning(
    start: Start, proxy: Proxy
) -> None:
    proxy.silent = True
    search = start(proxy.url, "--trials", 1000)
    search.until(lambda: "study" in search.output)
    time.sleep(2)
    search.process.send_signal(signal.SIGINT)
    assert search.wait(30) == 130, search.output
    assert not search.workers()
