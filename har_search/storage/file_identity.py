"""An SQLite database's file while it is in use: noticed where it is deleted, moved or replaced.

A file that is deleted stays open: what is written to it then goes nowhere, and a new connection
would make an empty file in its place.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy

GONE = (
    "the database's file was deleted, moved or replaced while it was in use; put it back to go on, "
    "or run again to begin anew"
)


def watch_file(engine: sqlalchemy.Engine, path: Path) -> Callable[[], bool]:
    """Let no connection of an engine be made or used once another file, or none, is at `path`.

    Who tries gets an `sqlite3.OperationalError`. Return what tells whether the file is still there.
    A look costs microseconds and is made once a transaction.
    """
    opened = _identity(path)

    def is_there() -> bool:
        return _identity(path) == opened

    def check(*_: Any) -> None:
        if not is_there():
            raise sqlite3.OperationalError(GONE)

    sqlalchemy.event.listen(engine, "do_connect", check)
    sqlalchemy.event.listen(engine, "checkout", check)
    return is_there


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from every other; None where there is none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
