"""Limits on what a database takes; covers `storage/answering.py`, too."""

from collections.abc import Iterator

import pytest
import sqlalchemy
from sqlalchemy import exc

from har_search.storage import limits
from har_search.storage.limits import BUSY_SECONDS, CONNECT_SECONDS, engine_options
from har_search.storage.patience import is_lost, is_transient
from tests.acceptance.proxy import Proxy


@pytest.fixture
def proxy(postgresql_url: str) -> Iterator[Proxy]:
    with Proxy(postgresql_url) as proxy:
        yield proxy


@pytest.fixture
def engine(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlalchemy.Engine]:
    """One that waits for a second."""
    monkeypatch.setattr(limits, "LEAST_SECONDS", 1.0)
    url = sqlalchemy.make_url(proxy.url)
    engine = sqlalchemy.create_engine(url, **engine_options(url, 1))
    yield engine
    engine.dispose()


ONE = sqlalchemy.text("SELECT 1")


def test_a_silent_server_is_lost_and_another_connection_is_made(
    proxy: Proxy, engine: sqlalchemy.Engine
) -> None:
    with engine.connect() as connection:
        assert connection.execute(ONE).scalar_one() == 1
        proxy.silent = True
        with pytest.raises(exc.OperationalError, match="no answer from the server for 1 s") as lost:
            connection.execute(ONE)
        assert is_lost(lost.value)
    with pytest.raises(exc.OperationalError, match="timeout expired") as away:
        engine.connect()
    assert is_transient(away.value)
    proxy.silent = False
    with engine.connect() as connection:
        assert connection.execute(ONE).scalar_one() == 1


def test_the_server_ends_what_takes_too_long_and_the_connection_lives(
    engine: sqlalchemy.Engine,
) -> None:
    with engine.connect() as connection:
        with pytest.raises(exc.OperationalError, match="statement timeout") as slow:
            connection.execute(sqlalchemy.text("SELECT pg_sleep(60)"))
        assert is_transient(slow.value)
        assert not is_lost(slow.value)
        connection.rollback()
        assert connection.execute(ONE).scalar_one() == 1


def test_the_urls_own_options_win(proxy: Proxy) -> None:
    url = sqlalchemy.make_url(proxy.url).update_query_dict({"options": "-c statement_timeout=4321"})
    engine = sqlalchemy.create_engine(url, **engine_options(url, 20))
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("SHOW statement_timeout")).scalar() == "4321ms"
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("sqlite:///x.db", {"connect_args": {"timeout": BUSY_SECONDS}}),
        ("postgresql+pg8000://x/y", {}),
        ("postgresql+psycopg2://x/y", {"connect_args": {"connect_timeout": CONNECT_SECONDS}}),
        ("mysql://x/y", {}),
    ],
)
def test_other_drivers_have_the_limits_that_they_know(url: str, options: dict[str, object]) -> None:
    assert engine_options(sqlalchemy.make_url(url), 20) == options
