"""Databases whose tables another Optuna made."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from har_search.errors import StorageError
from har_search.storage.database import open_for_reading, open_for_watching, open_for_writing
from har_search.storage.revision import REVISION, _known_revisions
from har_search.study.spec import StudySpec
from tests.conftest import Entry, Ran
from tests.helpers import change

Open = Callable[[str], AbstractContextManager[Any]]
STAMP = "UPDATE alembic_version SET version_num = ?"
EARLIER, LATER = "v3.0.0.d", "v6.1.0.a"
MESSAGES = {
    EARLIER: "an earlier Optuna made its tables .* `optuna storage upgrade --storage sqlite:///",
    LATER: "a later Optuna made its tables .* up to date, or name another database",
}


@pytest.fixture
def database(sqlite_url: str, quick: StudySpec, fill: Callable[..., None]) -> str:
    fill(sqlite_url, quick, [Entry(0.9)])
    return sqlite_url


def test_the_revision_is_that_of_the_optuna_here() -> None:
    earlier, newest = _known_revisions()
    assert newest == REVISION
    assert EARLIER in earlier
    assert LATER not in earlier


@pytest.mark.parametrize("revision", [EARLIER, LATER])
@pytest.mark.parametrize("open_database", [open_for_reading, open_for_watching, open_for_writing])
def test_another_revision_is_refused_by_name(
    open_database: Open, revision: str, database: str
) -> None:
    change(database, STAMP, revision)
    with pytest.raises(StorageError, match=MESSAGES[revision]), open_database(database):
        pass


def test_the_revision_of_a_newer_optuna_that_is_here_is_read(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(database, STAMP, LATER)
    known = "har_search.storage.revision._known_revisions"
    monkeypatch.setattr(known, lambda: ({REVISION}, LATER))
    with open_for_reading(database):
        pass


@pytest.mark.parametrize("revision", [EARLIER, LATER])
def test_every_command_says_so_in_one_line(
    har_search: Callable[..., Ran], database: str, revision: str, quick_file: str, uci_zip: str
) -> None:
    change(database, STAMP, revision)
    for command in (
        ("leaderboard",),
        ("show", 1),
        ("report",),
        ("dashboard", "--port", 8123),
        ("dashboard", "--port", 8123, "--writable"),
        ("confirm", "--data", uci_zip),
        ("run", "--study", quick_file, "--data", uci_zip, "--workers", 1, "--trials", 1),
        ("init", "--study", quick_file, "--data", uci_zip),
    ):
        ran = har_search(*command, "--storage", database)
        assert ran.code == 1, command
        (line,) = [each for each in ran.err.splitlines() if each.startswith("error: ")]
        assert "Optuna made its tables" in line
