"""How long a database may take: to connect, to answer, or to be busy with another.

A server that was cut off closes nothing, and whoever waits for its answer would wait for ever. So
every wait has an end here. Then the connection counts as lost, as after any other loss.
"""

from __future__ import annotations

import math
from typing import Any

import sqlalchemy

BUSY_SECONDS = 60  # for an SQLite file that others write
CONNECT_SECONDS = 10
ANSWER_SECONDS = 20.0  # for what a search asks
READ_SECONDS = 30.0  # for what tables and pages ask, over a million trials, too
LEAST_SECONDS = 5.0  # a server with much to do is not away


def engine_options(url: sqlalchemy.URL, answer_seconds: float) -> dict[str, Any]:
    """Return `create_engine`'s options with which nothing waits longer than that for an answer.

    A wait shorter than `LEAST_SECONDS` is that long. SQLite answers always; it may be busy for
    `BUSY_SECONDS`. Of PostgreSQL's drivers, psycopg alone can limit the wait for an answer; of the
    others psycopg2 alone one for connecting. Options in the URL win over these.
    """
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": BUSY_SECONDS}}
    if url.get_backend_name() != "postgresql":
        return {}
    seconds = max(answer_seconds, LEAST_SECONDS)
    connecting = {"connect_timeout": min(CONNECT_SECONDS, math.ceil(seconds))}
    if url.get_driver_name() == "psycopg":
        return {"creator": lambda: _connect(url, connecting, seconds)}
    return {"connect_args": connecting} if url.get_driver_name() == "psycopg2" else {}


def _connect(url: sqlalchemy.URL, connecting: dict[str, int], answer_seconds: float) -> Any:
    from har_search.storage.answering import AnsweringConnection  # psycopg: only where it is used

    positional, given = url.get_dialect()().create_connect_args(url)
    connection = AnsweringConnection.connect(
        *positional, **{**connecting, **_for_psycopg(answer_seconds), **given}
    )
    connection.answer_seconds = answer_seconds
    return connection


def _for_psycopg(answer_seconds: float) -> dict[str, Any]:
    """Return libpq's parameters: the system notices a dead host, the server ends what takes long.

    https://www.postgresql.org/docs/current/libpq-connect.html
    """
    milliseconds = round(1000 * answer_seconds)
    statement = round(0.9 * milliseconds)  # sooner than we lose the connection over it
    return {
        "keepalives_idle": 10,  # seconds of silence, then a question every
        "keepalives_interval": 5,  # seconds, and after so many without an answer it is lost:
        "keepalives_count": 3,
        "tcp_user_timeout": milliseconds,
        "options": f"-c statement_timeout={statement}",
    }
