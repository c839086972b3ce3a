import sqlite3

import optuna
import pytest
from sqlalchemy import exc

from har_search.storage import patience
from har_search.storage.patience import is_lost, is_transient, patiently


class FakePostgresError(Exception):
    def __init__(self, sqlstate: str | None, text: str = "") -> None:
        super().__init__(text)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("original", "transient"),
    [
        (sqlite3.OperationalError("database is locked"), True),
        (sqlite3.OperationalError("database or disk is full"), False),
        (sqlite3.OperationalError("no such table: studies"), False),
        (FakePostgresError("57P01"), True),  # the server is shut down
        (FakePostgresError("08006"), True),  # the connection failed
        (FakePostgresError("40P01"), True),  # a deadlock
        (FakePostgresError("53100"), False),  # its disk is full
        (FakePostgresError("42P01"), False),  # no such table
        (FakePostgresError(None, "connection refused"), True),
        (FakePostgresError(None, 'password authentication failed for user "ann"'), False),
        (FakePostgresError(None, 'database "har" does not exist'), False),
    ],
)
def test_waiting_is_for_what_it_may_cure(original: Exception, transient: bool) -> None:
    error = exc.OperationalError("SELECT 1", None, original)
    assert is_transient(error) is transient
    wrapped = optuna.exceptions.StorageInternalError("wrapped")
    wrapped.__cause__ = error
    assert is_transient(wrapped) is transient


def test_errors_of_other_kinds_are_not_waited_for() -> None:
    assert not is_transient(ValueError("no"))
    invalidated = exc.DBAPIError("SELECT 1", None, Exception("gone"), connection_invalidated=True)
    assert is_transient(invalidated)
    assert is_transient(exc.PendingRollbackError("Can't reconnect until it is rolled back"))


def test_a_server_that_starts_is_there_and_one_that_refuses_may_be_another() -> None:
    for said, there in [
        ("FATAL:  the database system is starting up", True),
        ("FATAL:  the database system is shutting down", True),
        ("connection refused", False),
    ]:
        assert is_lost(exc.OperationalError("", None, FakePostgresError(None, said))) is there


def test_an_operation_is_tried_until_it_goes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    locked = exc.OperationalError("", None, sqlite3.OperationalError("database is locked"))
    naps: list[float] = []
    monkeypatch.setattr(patience.time, "sleep", naps.append)
    outcomes = iter([locked, locked, locked, "done"])

    def operation() -> object:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    assert patiently(operation, 60) == "done"
    assert len(naps) == 3
    assert all(0 < nap <= patience.LONGEST_PAUSE_SECONDS for nap in naps)


def test_patience_ends() -> None:
    locked = exc.OperationalError("", None, sqlite3.OperationalError("database is locked"))
    calls = []

    def operation() -> None:
        calls.append(1)
        raise locked

    with pytest.raises(exc.OperationalError):
        patiently(operation, 0.5)
    assert len(calls) > 1
