"""A PostgreSQL whose answers get lost, or that falls silent: a proxy stands between."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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
    proxy.lose = 0.06
    search = start(proxy.url, "--trials", 40, "--workers", 2, epochs=3)
    assert search.wait() == 0, search.output
    assert proxy.lost > 20
    assert "Traceback" not in search.output
    assert "The study has its 40 trials." in search.output
    assert_nothing_lost(postgresql_url, 40)
