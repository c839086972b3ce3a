import sqlite3
import stat
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy

from har_search.data.dataset import Dataset
from har_search.errors import NotFoundError, StorageError
from har_search.storage import database
from har_search.storage.claims import finished_trials
from har_search.storage.database import (
    _read_only,
    alone,
    has_studies_table,
    masked,
    open_for_reading,
    open_for_watching,
    open_for_writing,
    sql_errors,
)
from har_search.study.spec import StudySpec
from tests.conftest import Entry
from tests.helpers import kept_by_another, search


def test_a_new_database_opens_twice_and_has_tables(url: str) -> None:
    for _ in range(2):
        with open_for_writing(url) as storage, storage.engine.connect() as connection:
            assert has_studies_table(connection)


def test_sqlite_is_written_in_wal_mode_and_synced_at_checkpoints(sqlite_url: str) -> None:
    with open_for_writing(sqlite_url) as storage, storage.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1


def test_finished_trials_are_complete_or_pruned_ones(
    url: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    fill(url, quick, [Entry(0.9), Entry(0.8, pruned=True)])
    with open_for_writing(url) as storage:
        assert finished_trials(storage, "quick") == 2  # beside the failed ones
        assert finished_trials(storage, "another") == 0


def test_reading_is_read_only(url: str, quick: StudySpec, fill: Callable[..., None]) -> None:
    fill(url, quick, [Entry(0.9)])
    with (
        pytest.raises(StorageError, match=r"read-?only"),
        open_for_reading(url) as connection,
    ):
        connection.execute(sqlalchemy.text("DELETE FROM trials"))


def test_reading_creates_no_file(
    sqlite_url: str, quick: StudySpec, fill: Callable[..., None], tmp_path: Path
) -> None:
    with pytest.raises(NotFoundError, match="no database at"), open_for_reading(sqlite_url):
        pass
    assert list(tmp_path.iterdir()) == []
    fill(sqlite_url, quick, [Entry(0.9)])
    before = sorted(tmp_path.iterdir())
    with open_for_reading(sqlite_url) as connection:
        assert has_studies_table(connection)
        assert sorted(tmp_path.iterdir()) == before
    assert sorted(tmp_path.iterdir()) == before


def test_a_reader_sees_what_a_writer_has_just_committed(
    sqlite_url: str, quick: StudySpec, fill: Callable[..., None], tmp_path: Path
) -> None:
    fill(sqlite_url, quick, [Entry(0.9)])
    writer = sqlite3.connect(tmp_path / "har-search.db")
    writer.execute("UPDATE studies SET study_name = 'renamed'")
    writer.commit()
    with open_for_reading(sqlite_url) as connection:
        names = connection.execute(sqlalchemy.text("SELECT study_name FROM studies"))
        assert names.scalars().all() == ["renamed"]
    writer.close()


NAMES = ("a#b.db", "a?b.db", "a%b.db", "a%23b.db", "a%3Fb.db", "a&b=c.db", "größe 1+1.db")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("read", [open_for_reading, open_for_watching])
def test_reading_opens_the_file_that_was_written(
    name: str, read: Callable[..., Any], quick: StudySpec, fill: Callable[..., None], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/{quote(name)}"
    fill(url, quick, [Entry(0.9)])
    assert (tmp_path / name).is_file()
    before = sorted(tmp_path.iterdir())
    with read(url) as opened, getattr(opened, "engine", opened).connect() as connection:
        names = connection.execute(sqlalchemy.text("SELECT study_name FROM studies"))
        assert names.scalars().all() == ["quick"]
    assert sorted(tmp_path.iterdir()) == before


def test_a_path_that_begins_with_two_slashes_is_no_host(
    quick: StudySpec, fill: Callable[..., None], tmp_path: Path
) -> None:
    url = f"sqlite:////{tmp_path}/har-search.db"
    fill(url, quick, [Entry(0.9)])
    with open_for_reading(url) as connection:
        assert has_studies_table(connection)


@pytest.mark.parametrize("open_database", [open_for_reading, open_for_writing])
def test_a_name_cut_at_a_question_mark_is_refused(
    open_database: Callable[..., Any], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/which?/har-search.db"
    with pytest.raises(StorageError, match="is written %3F"), open_database(url):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_log_beside_the_file_is_seen_through_a_link(
    sqlite_url: str, quick: StudySpec, fill: Callable[..., None], tmp_path: Path
) -> None:
    fill(sqlite_url, quick, [Entry(0.9)])
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "mine.db").symlink_to(tmp_path / "har-search.db")
    writer = sqlite3.connect(tmp_path / "har-search.db")
    writer.execute("UPDATE studies SET study_name = 'renamed'")
    writer.commit()
    with open_for_reading(f"sqlite:///{tmp_path}/links/mine.db") as connection:
        names = connection.execute(sqlalchemy.text("SELECT study_name FROM studies"))
        assert names.scalars().all() == ["renamed"]
    writer.close()


def test_without_wal_a_reader_waits_for_what_is_half_written(
    sqlite_url: str, tmp_path: Path
) -> None:
    writer = sqlite3.connect(tmp_path / "har-search.db", check_same_thread=False)
    writer.execute("CREATE TABLE numbers (number INTEGER, filling BLOB)")
    writer.executemany("INSERT INTO numbers VALUES (0, ?)", [(bytes(1000),)] * 2000)
    writer.commit()
    writer.execute("PRAGMA cache_size = 5")  # pages: the others go to the file at once
    writer.execute("UPDATE numbers SET number = 1")
    assert (tmp_path / "har-search.db-journal").exists()
    ending = threading.Timer(0.5, writer.rollback)
    ending.start()
    with open_for_reading(sqlite_url) as connection:
        total = connection.execute(sqlalchemy.text("SELECT sum(number) FROM numbers"))
        assert total.scalar() == 0
    ending.join()
    writer.close()


@pytest.fixture
def no_wal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have SQLite lock files as it does where they cannot be shared memory: without WAL."""
    connect = sqlite3.connect

    def without(database: str, **named: Any) -> sqlite3.Connection:
        uri = database if named.get("uri") else Path(database).as_uri()
        joint = "&" if "?" in uri else "?"
        return connect(f"{uri}{joint}vfs=unix-dotfile", **named | {"uri": True})

    monkeypatch.setattr("sqlite3.connect", without)
    monkeypatch.setattr("sqlite3.dbapi2.connect", without)


def test_where_there_is_no_wal_a_search_goes_on_safely(
    no_wal: None, sqlite_url: str, quick: StudySpec, small: Dataset, tmp_path: Path
) -> None:
    search(sqlite_url, quick, small, 3, None)
    with open_for_writing(sqlite_url) as storage, storage.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert finished_trials(storage, "quick") == 3
    before = sorted(tmp_path.iterdir())
    with open_for_watching(sqlite_url) as storage, storage.engine.connect() as connection:
        assert "immutable" not in _read_only(sqlalchemy.make_url(sqlite_url))
        assert has_studies_table(connection)
    assert sorted(tmp_path.iterdir()) == before


def test_a_password_is_never_shown() -> None:
    assert masked("postgresql+psycopg://ann:secret@host/db") == (
        "postgresql+psycopg://ann:***@host/db"
    )


@pytest.mark.parametrize("url", ["har-search.db", "", "sqlit:///x.db", "postgresql+nope://x/y"])
def test_what_is_no_database_url_is_refused_with_an_example(url: str) -> None:
    with (
        pytest.raises(StorageError, match=r"such as sqlite:///har-search\.db"),
        open_for_writing(url),
    ):
        pass


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(StorageError, match="in memory is lost"), open_for_writing(url):
        pass


def test_a_missing_driver_names_the_extra() -> None:
    with (
        pytest.raises(StorageError, match=r"driver MySQLdb is not installed; .*\[postgres\]"),
        open_for_reading("mysql://ann@host/db"),
    ):
        pass


def test_an_unreachable_server_is_named_without_its_password() -> None:
    url = "postgresql+psycopg://ann:secret@127.0.0.1:1/db"
    message = r"ann:\*\*\*@127.0.0.1:1/db: connection.*refused"
    with pytest.raises(StorageError, match=message), open_for_writing(url):
        pass


@pytest.mark.parametrize("place", ["missing/har-search.db", "/proc/har-search.db"])
def test_a_folder_that_cannot_be_written_is_named(place: str) -> None:
    message = r"unable to open database file.*may not be written"
    with pytest.raises(StorageError, match=message), open_for_writing(f"sqlite:///{place}"):
        pass


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("these are my notes, not a database " * 100)
    url = "sqlite:///notes.db"
    with pytest.raises(StorageError, match="not a database"), open_for_writing(url):
        pass
    with (
        pytest.raises(StorageError, match="not a database"),
        open_for_reading(url) as connection,
    ):
        has_studies_table(connection)
    assert path.read_text().startswith("these are my notes")


def test_the_lock_lies_beside_the_database(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(shared))
    (tmp_path / "link.db").symlink_to("har-search.db")
    path, lock = tmp_path / "har-search.db", tmp_path / "har-search.db-lock"
    path.touch(0o660)
    path.chmod(0o660)
    for url in (sqlite_url, f"sqlite:///{tmp_path}/link.db"):
        with open_for_writing(url), alone(url):
            pass
    assert list(shared.iterdir()) == []
    assert [file.name for file in tmp_path.glob("*-lock")] in ([], [lock.name])
    with alone(sqlite_url):
        assert stat.S_IMODE(lock.stat().st_mode) == 0o660  # who writes one may write both


def test_a_lock_that_another_process_keeps_is_named(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOCK_SECONDS", 0.1)
    with (
        kept_by_another(tmp_path / "har-search.db-lock"),
        pytest.raises(StorageError, match=r"db-lock: another process has been making tables"),
        open_for_writing(sqlite_url),
    ):
        pass


def test_a_link_in_the_locks_place_is_not_followed(sqlite_url: str, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "har-search.db-lock").symlink_to(victim)
    message = r"the lock .*db-lock cannot be taken.*delete it"
    with pytest.raises(StorageError, match=message), open_for_writing(sqlite_url):
        pass
    assert victim.read_text() == "mine"


def test_other_errors_pass_through() -> None:
    with pytest.raises(ZeroDivisionError), sql_errors("sqlite:///x.db"):
        raise ZeroDivisionError
