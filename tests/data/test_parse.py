"""UCI's files: as a folder, a zip and a zip in a zip, and what is refused.

Covers `data/dataset.py`, too.
"""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

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
