"""What to do where a database is away for a while: wait, and try again.

A server that restarts, a network that breaks, a file that another program holds: the operation is
tried again, with growing pauses, until the patience ends. Anything else is raised at once.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import exc

Result = TypeVar("Result")
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 2.0
# SQLSTATE classes in which PostgreSQL is away or busy: connection, operator intervention, rollback
TRANSIENT_STATES = ("08", "57", "40")

logger = logging.getLogger(__name__)


def patiently(
    operation: Callable[[], Result],
    patience_seconds: float,
    waits_for: Callable[[BaseException], bool] | None = None,
) -> Result:
    """Call `operation` until it goes through; raise its error once the patience ends.

    What does not go away by waiting is raised at once; `waits_for` says what does, by default
    `is_transient`.
    """
    waits_for = waits_for or is_transient
    deadline, pause = time.monotonic() + patience_seconds, FIRST_PAUSE_SECONDS
    while True:
        try:
            return operation()
        except Exception as error:
            now = time.monotonic()
            if not waits_for(error) or now >= deadline:
                raise
            logger.info("waiting for the database: %s", error)
        time.sleep(min(pause * random.uniform(0.5, 1), max(deadline - now, 0)))
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def is_lost(error: BaseException) -> bool:
    """Return whether a connection that was there is not any more, or a server that restarts."""
    cause = _database_error(error)
    if isinstance(cause, exc.PendingRollbackError):
        return True  # it broke within a session's transaction; a new session cures it
    if not isinstance(cause, exc.DBAPIError):
        return False
    # While SQLAlchemy asks a new connection what server it has, it marks none as lost.
    said = ("server closed the connection", "the database system is ")  # starting up, shutting down
    return cause.connection_invalidated or any(words in str(cause.orig) for words in said)


def _database_error(error: BaseException) -> exc.DBAPIError | exc.PendingRollbackError | None:
    """Return the database's own error among those that an error came from."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, exc.DBAPIError | exc.PendingRollbackError):
        cause = cause.__cause__
    return cause


def is_transient(error: BaseException) -> bool:
    """Return whether waiting may cure the error: the database is away or held by another."""
    if is_lost(error):
        return True
    cause = _database_error(error)
    if not isinstance(cause, exc.DBAPIError):
        return False
    state = getattr(cause.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(TRANSIENT_STATES)
    said = str(cause.orig).lower()
    if "sqlite" in type(cause.orig).__module__:
        return "locked" in said or "busy" in said
    refused = ("password", "does not exist", "no pg_hba")  # waiting does not cure these
    return isinstance(cause, exc.OperationalError) and not any(word in said for word in refused)
