"""The database: from a URL to an engine for reading or Optuna's storage for writing.

SQL errors become a `StorageError` here. SQLite files are written in WAL mode, so that readers and
the writer do not wait for each other; reading never creates a file or a table. Optuna is imported
only for writing and for watching: the leaderboard starts faster without it.
"""

from __future__ import annotations

import json
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy
from filelock import BaseFileLock, FileLock, Timeout
from sqlalchemy import exc, func, select

from har_search.errors import HarSearchError, NotFoundError, StorageError
from har_search.storage.defaults import DEFAULT_URL, PATIENCE_SECONDS
from har_search.storage.file_identity import GONE, watch_file
from har_search.storage.limits import (
    ANSWER_SECONDS,
    BUSY_SECONDS,
    LEAST_SECONDS,
    READ_SECONDS,
    engine_options,
)
from har_search.storage.patience import is_lost, is_transient, patiently
from har_search.storage.revision import require_revision

if TYPE_CHECKING:
    from optuna.storages import RDBStorage

    from har_search.storage.patient import PatientStorage

Error = TypeVar("Error", bound=BaseException)
_looking, _without_wal = threading.Lock(), set[Path]()
LOCK_SECONDS = 60  # tables and a study are made in a few
_LOCK_NUMBER = 561_006  # any number of our own: features and activities
_LOCK_IS_TAKEN = (
    f"another process has been making tables or a study for {LOCK_SECONDS} s; "
    "end it, or wait for it, and run again"
)


def masked(url: str) -> str:
    """Return the URL as it may be shown: with `***` for the password.

    Raises:
        StorageError: it is no database URL.
    """
    return _parse(url).render_as_string(hide_password=True)


def _parse(url: str) -> sqlalchemy.URL:
    try:
        parsed = sqlalchemy.make_url(url)
        parsed.get_dialect()
    except exc.ArgumentError as error:
        # The URL itself is not repeated: it may hold a password.
        raise StorageError(
            f"the storage is not a database URL; write sqlite:///FILE or "
            f"postgresql+psycopg://USER@HOST/DATABASE (such as {DEFAULT_URL})"
        ) from error
    if parsed.get_backend_name() == "sqlite" and "?" in url and not parsed.query:
        raise StorageError(
            "the storage's ? begins options, and none follow; a ? in a file's name is written %3F"
        )
    return parsed


@contextmanager
def sql_errors(url: str) -> Iterator[None]:
    """Turn SQL errors, wrapped by Optuna or not, into a `StorageError` that names the database.

    Raises:
        StorageError: the database cannot be opened, read or written.
    """
    try:
        yield
    except HarSearchError:
        raise
    except Exception as error:
        missing = _cause(error, ModuleNotFoundError)
        if missing is not None:
            raise StorageError(
                f"{masked(url)}: the driver {missing.name} is not installed; "
                '`.venv/bin/python -m pip install -c constraints.txt -e ".[postgres]"` brings '
                "PostgreSQL's"
            ) from error
        failed = _cause(error, exc.SQLAlchemyError)
        if failed is None:
            if _cause(error, UnicodeDecodeError) or _cause(error, json.JSONDecodeError):
                raise _damaged(url, error) from error
            raise
        raise StorageError(f"{masked(url)}: {_reason(failed)}") from error


@contextmanager
def decoding(url: str) -> Iterator[None]:
    """Let a block that reads what is stored, and makes values of it, name a damaged database.

    Raises:
        StorageError: something that is stored is not what it should be.
    """
    try:
        yield
    except (ValueError, LookupError, TypeError, ArithmeticError) as error:
        raise _damaged(url, error) from error


def _damaged(url: str, error: BaseException) -> StorageError:
    what = f"{type(error).__name__}: {error}"[:LONGEST_REASON]
    return StorageError(f"{masked(url)}: what is stored cannot be read ({what}); {DAMAGED}")


def _cause(error: BaseException | None, kind: type[Error]) -> Error | None:
    """Return the error, or the nearest one that it came from, which is of this kind; else None."""
    while error is not None and not isinstance(error, kind):
        error = error.__cause__
    return error


LONGEST_REASON = 120  # characters of an error that repeats what is stored
DAMAGED = "the database is damaged: put a copy of it in its place, or name another with --storage"
_CURES = {
    "malformed": DAMAGED,
    "could not decode": DAMAGED,
    "is not among the defined enum values": DAMAGED,
    "unable to open database file": "the folder is missing or may not be written",
    "readonly database": "the file or its folder may not be written",
    "disk is full": "free some space and run again: what is finished is kept",
    "disk i/o error": "the disk may be full or damaged: what is finished is kept",
    "file is not a database": "name another file with --storage",
    "database is locked": f"another program held it for {BUSY_SECONDS} s",
}


def _reason(error: exc.SQLAlchemyError) -> str:
    original = getattr(error, "orig", None) or error
    reason = (str(original).strip().splitlines() or [type(original).__name__])[0].strip()
    for symptom, cure in _CURES.items():
        if symptom in reason.lower():
            return f"{reason[:LONGEST_REASON]} ({cure})"
    return reason


@contextmanager
def open_for_writing(
    url: str, patience_seconds: float = PATIENCE_SECONDS, *, patient_start: bool = False
) -> Iterator[PatientStorage]:
    """Open Optuna's storage at `url`, making the database and its tables where there are none.

    An operation for which the database is away is tried again for `patience_seconds`. So is opening
    it where it was reached and then lost; where it cannot be reached at all only with
    `patient_start`, for who knows that it was there: at first a mistyped host is likelier. Then no
    SQLite file is made, either.

    Raises:
        StorageError: no database can be opened or made there, its file is deleted or replaced
            meanwhile, or the block's SQL fails.
    """
    from har_search.storage.patient import PatientStorage  # Optuna: not for every command

    parsed = _parse(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite and parsed.database in (None, "", ":memory:"):
        raise StorageError("an SQLite database in memory is lost at once; name a file")

    options = engine_options(parsed, min(patience_seconds, ANSWER_SECONDS))

    def make() -> PatientStorage:
        if sqlite and patient_start and not Path(parsed.database or "").is_file():
            raise StorageError(f"{masked(url)}: {GONE}")
        with _alone(parsed):
            if sqlite:
                _use_wal(parsed)
            with open_for_reading(url):
                pass  # before Optuna makes tables beside those of another revision
            return PatientStorage(
                url,
                patience_seconds=patience_seconds,
                engine_kwargs={"pool_pre_ping": not sqlite, **options},
            )

    with sql_errors(url):
        waits_for = is_transient if patient_start else is_lost
        storage = patiently(make, patience_seconds, waits_for)
        if sqlite:
            sqlalchemy.event.listen(storage.engine, "connect", _relax_sync)
            storage.engine.dispose()  # those of the pool were opened without the listeners
            is_there = watch_file(storage.engine, Path(parsed.database or ""))
        try:
            yield storage
        except Exception as error:
            if sqlite and not is_there():  # whatever failed: that is why
                raise StorageError(f"{masked(url)}: {GONE}") from error
            raise
        finally:
            storage.remove_session()
            storage.engine.dispose()


@contextmanager
def _alone(url: sqlalchemy.URL) -> Iterator[None]:
    """Let one process at a time make tables and studies: Optuna's own steps collide.

    PostgreSQL lends a lock for it; for SQLite a file beside it does.
    """
    if url.get_backend_name() == "postgresql":
        engine = sqlalchemy.create_engine(url, **engine_options(url, LEAST_SECONDS))
        try:
            with engine.connect() as connection:
                _lock_there(connection)
                yield
        finally:
            engine.dispose()  # closes the connection, which gives the lock back
    elif url.get_backend_name() == "sqlite":
        engine = sqlalchemy.create_engine(url)
        engine.connect().close()  # a file that cannot be made is SQLite's to name
        engine.dispose()
        lock = _lock_beside(Path(url.database or "").resolve())
        try:
            yield
        finally:
            lock.release()
    else:
        yield


def _lock_there(connection: sqlalchemy.Connection) -> None:
    """Take the lock that PostgreSQL lends until the connection closes.

    Asks again and again rather than waits: a server that waits looks like one that is away.

    Raises:
        StorageError: another process keeps it.
    """
    deadline = time.monotonic() + LOCK_SECONDS
    while not connection.execute(select(func.pg_try_advisory_lock(_LOCK_NUMBER))).scalar_one():
        if time.monotonic() >= deadline:
            raise StorageError(f"the database's lock is taken: {_LOCK_IS_TAKEN}")
        time.sleep(random.uniform(0.02, 0.1))


def _lock_beside(path: Path) -> BaseFileLock:
    """Take the lock of an SQLite file, which lies beside it: who may write one may write both.

    Raises:
        StorageError: another process keeps it, or it cannot be made or written.
    """
    lock = path.with_name(f"{path.name}-lock")
    try:
        taken = FileLock(lock, timeout=LOCK_SECONDS, mode=path.stat().st_mode & 0o666)
        taken.acquire()
    except Timeout as error:
        raise StorageError(f"{lock}: {_LOCK_IS_TAKEN}") from error
    except OSError as error:
        raise StorageError(
            f"the lock {lock} cannot be taken ({error.strerror or error}); "
            "if it is not a file that you may write, delete it or ask whose it is"
        ) from error
    return taken


def alone(url: str) -> AbstractContextManager[None]:
    """Keep every other process from making tables or studies in the database meanwhile."""
    return _alone(_parse(url))


def _use_wal(url: sqlalchemy.URL) -> None:
    """Set WAL mode, which the file remembers; where its file system cannot, remember that here.

    Then a rollback journal is kept: readers and the writer wait for each other.
    """
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    with engine.connect() as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode=WAL").scalar_one()
    engine.dispose()
    if mode != "wal":
        _without_wal.add(Path(url.database or "").resolve())


def _relax_sync(connection: Any, _record: Any) -> None:
    """Sync at checkpoints only: safe in WAL mode, but for the last commits at a power cut."""
    if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
        connection.execute("PRAGMA synchronous=NORMAL")


@contextmanager
def open_for_reading(url: str) -> Iterator[sqlalchemy.Connection]:
    """Connect to an existing database for reading only.

    Raises:
        NotFoundError: no SQLite file there.
        StorageError: it is no database URL, its driver is missing, its tables are of another
            Optuna, or the block's SQL fails.
    """
    parsed = _parse(url)
    options = engine_options(parsed, READ_SECONDS)
    if parsed.get_backend_name() == "sqlite":
        _read_only(parsed)  # is it there?
        options = {"creator": lambda: _connect_read_only(parsed)}
    elif parsed.get_backend_name() == "postgresql":
        options["execution_options"] = {"postgresql_readonly": True}
    with sql_errors(url), decoding(url):
        engine = sqlalchemy.create_engine(parsed, **options)
        try:
            with engine.connect() as connection:
                require_revision(connection)
                connection.rollback()  # the reader begins anew, in its own way
                yield connection
        finally:
            engine.dispose()


@contextmanager
def open_for_watching(url: str) -> Iterator[RDBStorage]:
    """Open Optuna's storage at `url` for reading only, for long, while others write.

    Raises:
        NotFoundError: no SQLite file there.
        StorageError: it is no database URL, its driver is missing, or its tables are of another
            Optuna.
    """
    from optuna.storages import RDBStorage

    parsed = _parse(url)
    # A connection for each look: an SQLite file changes its way of being read with its writers.
    options = {"poolclass": sqlalchemy.NullPool, **engine_options(parsed, READ_SECONDS)}
    if parsed.get_backend_name() == "sqlite":
        _read_only(parsed)  # is it there?
        options["creator"] = lambda: _connect_read_only(parsed)
    else:
        options["execution_options"] = {"postgresql_readonly": True}
    with open_for_reading(url):
        pass  # have its tables this Optuna's revision?
    with sql_errors(url):
        storage = RDBStorage(
            url, engine_kwargs=options, skip_compatibility_check=True, skip_table_creation=True
        )
    try:
        yield storage
    finally:
        storage.remove_session()
        storage.engine.dispose()


def _connect_read_only(url: sqlalchemy.URL) -> sqlite3.Connection:
    """Connect to an existing file; not by a URL of SQLAlchemy, which would decode the path again.

    Then `#` and `?` in the path would end it: SQLite would open, and make, another file.
    """
    return sqlite3.connect(_read_only(url), timeout=BUSY_SECONDS, uri=True, check_same_thread=False)


def _read_only(url: sqlalchemy.URL) -> str:
    """Return SQLite's URI for opening an existing file without making or changing any."""
    path = Path(url.database or "")
    if not path.is_file():
        raise NotFoundError(
            f"no database at {path}; `har-search run` makes one, --storage names another"
        )
    path = path.resolve()  # the log lies beside the file itself, not beside a link to it
    # In WAL mode nobody writes without a log, and "immutable" keeps SQLite from making one. In
    # another mode there is none, and a reader that takes no lock would see halves.
    wal = path.with_name(f"{path.name}-wal")
    locked = wal.exists() or not _in_wal_mode(path)
    return f"{path.as_uri()}?{'mode=ro' if locked else 'mode=ro&immutable=1'}"


def _in_wal_mode(path: Path) -> bool:
    """Read from its head whether an SQLite file without a log is in WAL mode.

    One that is not is remembered and never read so again: closing a file gives up all of this
    process's locks on it, those of its other connections, too.
    """
    with _looking:
        if path in _without_wal:
            return False
        try:
            with path.open("rb") as file:
                head = file.read(20)
        except OSError:
            return True  # SQLite says better what is wrong
        if head[18:20] != b"\x02\x02":  # how it is written, and how it is read
            _without_wal.add(path)
            return False
        return True


def has_studies_table(connection: sqlalchemy.Connection) -> bool:
    """Return whether Optuna's tables are there; a new PostgreSQL database has none."""
    return sqlalchemy.inspect(connection).has_table("studies")
