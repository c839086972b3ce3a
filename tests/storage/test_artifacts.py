"""The folder of trials' files: where it is, and whether it can be written."""

from pathlib import Path

import pytest

from har_search.errors import StorageError
from har_search.storage import artifacts


def test_a_folder_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="name another with --artifacts"):
        artifacts.make_folder(tmp_path / "file" / "folder")


def test_the_folder_lies_beside_an_sqlite_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/class.db"
    assert artifacts.folder_of(url) == tmp_path / "class.artifacts"
    assert artifacts.folder_of(url, "mine") == Path("mine").absolute()
    assert artifacts.folder_of("postgresql+psycopg://har@db/x") is None
    assert artifacts.folder_of("nonsense") is None
