"""UCI's files: as a folder, a zip and a zip in a zip, and what is refused.

Covers `data/dataset.py`, too.
"""

import shutil
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from har_search.data import parse as parse_module
from har_search.data.dataset import Dataset, fingerprint
from har_search.data.parse import parse
from har_search.errors import DataError


@pytest.fixture
def folder(uci_folder: Path, tmp_path: Path) -> Path:
    """A copy of the small data set to damage."""
    return Path(shutil.copytree(uci_folder, tmp_path / "UCI HAR Dataset"))


@pytest.mark.parametrize("form", ["uci_folder", "uci_zip", "nested_zip", "parent"])
def test_folder_zip_and_nested_zip_give_the_same_windows(
    form: str, small: Dataset, uci_folder: Path, request: pytest.FixtureRequest
) -> None:
    path = uci_folder.parent if form == "parent" else request.getfixturevalue(form)
    dataset = parse(path)
    np.testing.assert_allclose(dataset.train.features, small.train.features, atol=1e-6)
    np.testing.assert_array_equal(dataset.train.labels, small.train.labels)
    np.testing.assert_array_equal(dataset.test.subjects, small.test.subjects)
    assert dataset.train.features.dtype == np.float32
    assert dataset.feature_names == small.feature_names
    assert dataset.name == "uci-har"
    assert dataset.fingerprint == fingerprint(dataset.train, dataset.test)


def edit(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")


def short_row(lines: list[str]) -> list[str]:
    return [*lines[:4], lines[4].rsplit(" ", 1)[0], *lines[5:]]


def word(lines: list[str]) -> list[str]:
    return [lines[0].replace(lines[0].split()[2], "walking"), *lines[1:]]


def not_a_number(lines: list[str]) -> list[str]:
    return [*lines[:6], lines[6].replace(lines[6].split()[2], "nan"), *lines[7:]]


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("train/X_train.txt", short_row, r"X_train.txt: the number of columns changed.*row 5"),
        ("test/X_test.txt", word, r"X_test.txt: could not convert string 'walking'.*row 0"),
        ("train/X_train.txt", not_a_number, r"X_train.txt row 7 is not finite"),
        (
            "train/X_train.txt",
            lambda lines: lines[:-1],
            r"y_train.txt has 200 rows of 1, where 199",
        ),
        (
            "train/X_train.txt",
            lambda lines: [line.rsplit(" ", 1)[0] for line in lines],
            r"X_train.txt has 560 columns, not 561",
        ),
        ("train/X_train.txt", lambda lines: [], r"X_train.txt is empty"),
        ("train/y_train.txt", lambda lines: ["7", *lines[1:]], r"y_train.txt row 1 is 7, not"),
        ("test/y_test.txt", lambda lines: [*lines[:2], "0", *lines[3:]], r"y_test.txt row 3 is 0"),
        ("test/y_test.txt", lambda lines: ["1.5", *lines[1:]], r"y_test.txt: could not convert"),
        ("train/subject_train.txt", lambda lines: ["31", *lines[1:]], r"subject_train.txt row 1"),
        ("features.txt", lambda lines: lines[:-1], r"features.txt names 560, not 561"),
        (
            "test/subject_test.txt",
            lambda lines: ["1"] * len(lines),
            r"subjects \[1\] are in both train and test",
        ),
    ],
)
def test_a_damaged_file_is_refused_by_name_and_row(
    folder: Path, file: str, change: Callable[[list[str]], list[str]], message: str
) -> None:
    edit(folder / file, change)
    with pytest.raises(DataError, match=message):
        parse(folder)


def test_a_missing_path_file_or_data_set_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere.zip: no such file or folder"):
        parse(tmp_path / "nowhere.zip")
    (folder / "test" / "X_test.txt").unlink()
    with pytest.raises(DataError, match=r"test/X_test.txt is missing"):
        parse(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"empty: holds no UCI HAR data set"):
        parse(tmp_path / "empty")


def test_a_truncated_or_foreign_zip_is_refused(
    nested_zip: Path, uci_zip: Path, tmp_path: Path
) -> None:
    truncated = tmp_path / "truncated.zip"
    truncated.write_bytes(nested_zip.read_bytes()[:-5000])
    with pytest.raises(DataError, match=r"truncated.zip: not a whole zip file"):
        parse(truncated)
    text = tmp_path / "text.zip"
    text.write_text("no zip at all")
    with pytest.raises(DataError, match=r"text.zip: not a whole zip file"):
        parse(text)
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("holiday.txt", "sun")
    with pytest.raises(DataError, match=r"other.zip: holds no UCI HAR data set"):
        parse(other)
    damaged = tmp_path / "damaged.zip"
    content = bytearray(uci_zip.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(64)
    damaged.write_bytes(content)
    with pytest.raises(DataError, match=r"damaged.zip: .* is damaged"):
        parse(damaged)
    half = tmp_path / "half.zip"
    with zipfile.ZipFile(half, "w") as archive:
        archive.writestr("UCI HAR Dataset.zip", uci_zip.read_bytes()[:20_000])
    with pytest.raises(DataError, match=r"half.zip: not a whole zip file"):
        parse(half)


def repacked(uci_zip: Path, path: Path, member: str, content: bytes) -> Path:
    """Write a copy of a zip with another content of one file, whose name ends so."""
    with (
        zipfile.ZipFile(uci_zip) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, content if name.endswith(member) else source.read(name))
    return path


@pytest.mark.parametrize("honest", [True, False])
def test_a_zip_bomb_is_refused_before_it_fills_the_memory(
    uci_zip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, honest: bool
) -> None:
    """As a file of the data set, and as the zip in the zip; also where it lies about its size."""
    size = 64 << 20
    monkeypatch.setattr(parse_module, "LARGEST_FILE", 8 << 20)
    bomb = repacked(uci_zip, tmp_path / "bomb.zip", "X_train.txt", bytes(size))
    nested = tmp_path / "nested.zip"
    with zipfile.ZipFile(nested, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("UCI HAR Dataset.zip", bytes(size))
    for path in (bomb, nested):
        if not honest:
            lie = struct.pack("<L", size), struct.pack("<L", 1000)
            path.write_bytes(path.read_bytes().replace(*lie))
        tracemalloc.start()
        with pytest.raises(DataError, match="more than 8,388,608 bytes" if honest else "damaged"):
            parse(path)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < size / 2


def test_a_zip_that_cannot_be_unpacked_is_refused(uci_zip: Path, tmp_path: Path) -> None:
    content = uci_zip.read_bytes()
    path = tmp_path / "changed.zip"
    entry = content.rindex(b"PK\x01\x02")  # the last file in the zip's list
    for at, value, message in [
        (8, 1, "train/y_train.txt is damaged .*password required"),
        (10, zipfile.ZIP_BZIP2, ".*y_train.txt is packed by another method than deflate"),
        (10, 97, ".*y_train.txt is packed by another method than deflate"),
        (6, 99, "not a whole zip file .*zip file version"),
    ]:
        changed = bytearray(content)
        changed[entry + at] = value
        path.write_bytes(changed)
        with pytest.raises(DataError, match=rf"changed\.zip: {message}"):
            parse(path)
