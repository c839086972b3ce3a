"""Files that are lost in the middle of a search: the database's own, and its trials' folder."""

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.acceptance.conftest import Running

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
