"""What is lost in the middle of a search: the database's file, its trials' folder, its study."""

import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import optuna
import psutil
import pytest

from har_search.errors import HarSearchError
from har_search.storage.database import open_for_writing
from tests.acceptance.conftest import Running, open_claims, trials_of

Start = Callable[..., Running]


def delete(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    shutil.copy(path, path.with_suffix(".copy"))
    path.with_suffix(".copy").replace(path)


@pytest.mark.slow
@pytest.mark.parametrize("lose", [delete, replace])
def test_a_lost_database_file_ends_the_search_at_once(
    start: Start, sqlite_url: str, lose: Callable[[Path], None], tmp_path: Path
) -> None:
    """Four more trials went nowhere before."""
    path = tmp_path / "har-search.db"
    search = start(sqlite_url, "--trials", 1000, "--workers", 2, epochs=20)
    search.until_finished(3)
    workers = search.workers()
    lose(path)
    told, lost = search.output.count(" complete: "), time.monotonic()
    there = path.read_bytes() if path.exists() else None
    assert search.wait() == 1, search.output
    print(f"{time.monotonic() - lost:.1f} s, {search.output.count(' complete: ') - told} trials")
    (line,) = [line for line in search.output.splitlines() if line.startswith("error: ")]
    assert "the database's file was deleted, moved or replaced" in line
    assert "Traceback" not in search.output
    assert search.output.count(" complete: ") <= told + 2  # those that were told just before
    assert (path.read_bytes() if path.exists() else None) == there  # no file is made in its place
    _gone, alive = psutil.wait_procs(workers, timeout=60)
    assert not alive


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_any_more_is_told_of(
    start: Start, sqlite_url: str, tmp_path: Path
) -> None:
    """The trials count; nobody heard that their files were missing."""
    folder = tmp_path / "har-search.artifacts"
    search = start(sqlite_url, "--trials", 8, "--workers", 1, epochs=60)
    search.until_finished(1)
    folder.rename(tmp_path / "elsewhere")
    folder.write_text("no folder")
    assert search.wait() == 0, search.output
    assert "The study has its 8 trials." in search.output
    lines = [line for line in search.output.splitlines() if "could not be kept" in line]
    assert 1 <= len(lines) <= 2, search.output
    assert f"could not be kept in {folder}: " in lines[0]
    number = re.findall(r"files of trials? (\d+)", lines[0])[0]
    to = tmp_path / "exported"
    exported = start(sqlite_url, number, "--to", to, command="export", study="short")
    assert exported.wait() == 0, exported.output
    assert (to / "weights.safetensors").exists()


def delete_under(search: Running, url: str) -> None:
    """Delete the study between two of the search's writes.

    Optuna lets it be, without a word, where a trial begins meanwhile.
    """
    while trials_of(url):
        everyone = [psutil.Process(search.process.pid), *search.workers()]
        for each in everyone:
            each.suspend()
        try:  # in vain where one was stopped in the middle of a write
            with suppress(HarSearchError), open_for_writing(url, 1) as storage:
                optuna.delete_study(study_name="short", storage=storage)
        finally:
            for each in everyone:
                each.resume()


@pytest.mark.slow
def test_a_study_that_is_deleted_ends_its_search(start: Start, url: str) -> None:
    search = start(url, "--trials", 1000, "--workers", 2, epochs=20)
    search.until_finished(3)
    workers = search.workers()
    delete_under(search, url)
    assert search.wait(60) == 1, search.output
    (line,) = [line for line in search.output.splitlines() if line.startswith("error: ")]
    assert "the study 'short' was deleted while it was in use" in line
    assert "Traceback" not in search.output
    _gone, alive = psutil.wait_procs(workers, timeout=60)
    assert not alive
    assert open_claims(url) == 0
    again = start(url, "--trials", 2, "--workers", 1)
    assert again.wait() == 0, again.output


@pytest.mark.slow
def test_a_study_that_is_deleted_ends_its_confirmation(start: Start, sqlite_url: str) -> None:
    assert start(sqlite_url, "--trials", 1, "--workers", 1, epochs=100).wait() == 0
    confirm = start(sqlite_url, "--seeds", 1000, "--workers", 2, command="confirm")
    confirm.until(lambda: "trial 0: " in confirm.output)
    with open_for_writing(sqlite_url) as storage:
        optuna.delete_study(study_name="short", storage=storage)
    assert confirm.wait(60) == 1, confirm.output
    assert "error: the study 'short' was deleted while it was in use" in confirm.output
    assert "Traceback" not in confirm.output
