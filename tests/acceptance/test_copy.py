"""A copy of a study by a process that is killed: the whole study is there, or nothing of it."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy

from har_search.storage import schema
from har_search.storage.database import has_studies_table, open_for_reading
from har_search.study.spec import StudySpec
from tests.conftest import Entry

TRIALS = 300


def trials_in(url: str) -> int:
    with open_for_reading(url) as connection:
        if not has_studies_table(connection):
            return 0
        count = sqlalchemy.func.count()
        return connection.execute(
            sqlalchemy.select(count).select_from(schema.TRIALS_OF_STUDIES)
        ).scalar_one()


@pytest.mark.slow
def test_a_killed_copy_leaves_all_or_nothing(
    sqlite_url: str,
    postgresql_url: str,
    quick: StudySpec,
    fill: Callable[..., None],
    tmp_path: Path,
) -> None:
    """Killed at several moments of the time that a whole copy takes."""
    fill(sqlite_url, quick, [Entry(0.9)] * TRIALS)
    whole = TRIALS + len(quick.starts)
    command = [sys.executable, "-m", "har_search", "studies", "copy", "quick"]
    command += ["--storage", sqlite_url, "--to"]
    started = time.monotonic()
    elsewhere = f"sqlite:///{tmp_path / 'whole.db'}"
    subprocess.run([*command, elsewhere], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - started
    assert trials_in(elsewhere) == whole
    for share in (0.6, 0.7, 0.8, 0.9, 1.0, 1.1):
        process = subprocess.Popen([*command, postgresql_url], stdout=subprocess.DEVNULL)
        try:
            process.wait(share * seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        time.sleep(0.2)  # the server notices
        assert trials_in(postgresql_url) in (0, whole)
