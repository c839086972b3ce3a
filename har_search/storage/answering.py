"""A connection to PostgreSQL that is lost where the server does not answer in time."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import waiting
from psycopg.pq import TransactionStatus


class AnsweringConnection(psycopg.Connection[Any]):
    """Waits at most `answer_seconds` for each answer, and closes itself where none comes.

    What it had asked may still be carried out. Ctrl-C, too, closes it in the middle of a wait:
    psycopg itself would ask the server to cancel, and wait again.
    """

    answer_seconds: float | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Drive one of psycopg's operations to its end; return what it returns.

        Raises:
            psycopg.OperationalError: the server has not answered in time.
        """
        limit = self.answer_seconds if timeout is None else timeout
        try:
            return waiting.wait(gen, self.pgconn.socket, interval=interval, timeout=limit)
        except BaseException as error:
            if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise  # the server did answer, with an error
            self.pgconn.finish()
            if not isinstance(error, psycopg.OperationalError):
                raise
            raise psycopg.OperationalError(f"no answer from the server for {limit:g} s") from error
