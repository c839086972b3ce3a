"""UCI's text files, from a zip, a zip within a zip or a folder, to arrays."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from har_search.challenge.activities import ACTIVITIES, FEATURE_COUNT
from har_search.data.dataset import REAL, Dataset, Split, fingerprint
from har_search.errors import DataError

FOLDER = "UCI HAR Dataset"
FEATURE_NAMES_FILE = "features.txt"
SPLIT_FILES = {
    split: {kind: f"{split}/{kind}_{split}.txt" for kind in ("X", "y", "subject")}
    for split in ("train", "test")
}
LARGEST_FILE = 256 << 20  # bytes of one unpacked file: UCI's largest has 66 million
_PIECE = 1 << 14  # bytes read at once
_DAMAGED = (  # RuntimeError: a password is needed
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
)


class TextFiles:
    """The data set's text files, in a folder or in a zip, by their names inside it."""

    def __init__(self, root: Path | zipfile.Path, origin: Path) -> None:
        self.root, self.origin = root, origin

    def read(self, name: str) -> bytes:
        """Return one file's bytes.

        Raises:
            DataError: the file is missing, damaged or larger than `LARGEST_FILE`.
        """
        try:
            with self.root.joinpath(*PurePosixPath(name).parts).open("rb") as file:
                return _read(file)
        except (FileNotFoundError, KeyError, IsADirectoryError) as error:
            raise DataError(f"{self.origin}: {name} is missing; {_CURE}") from error
        except _DAMAGED as error:
            raise DataError(f"{self.origin}: {name} is damaged ({error}); {_CURE}") from error


_CURE = (
    "give UCI's zip or the unzipped 'UCI HAR Dataset' folder, or leave --data out to download it"
)


@contextmanager
def open_files(path: Path) -> Iterator[TextFiles]:
    """Open the data set at `path`: UCI's outer zip, its inner zip or the unzipped folder.

    Raises:
        DataError: nothing there, no zip, or a zip or folder of something else.
    """
    if not path.exists():
        raise DataError(f"{path}: no such file or folder; {_CURE}")
    if path.is_dir():
        yield TextFiles(_find_root(path, path), path)
        return
    with _zip(path, path) as outer:
        root = zipfile.Path(outer)
        nested = [name for name in outer.namelist() if name.endswith(f"{FOLDER}.zip")]
        if not nested:
            yield TextFiles(_find_root(root, path), path)
            return
        content = io.BytesIO(TextFiles(root, path).read(nested[0]))
        with _zip(content, path) as inner:
            yield TextFiles(_find_root(zipfile.Path(inner), path), path)


def _zip(file: Path | IO[bytes], origin: Path) -> zipfile.ZipFile:
    """Open a zip whose members all unpack piece by piece, as deflate does and bzip2 does not."""
    try:
        archive = zipfile.ZipFile(file)
    except OSError as error:
        raise DataError(f"{origin}: cannot be read ({error.strerror or error})") from error
    except (*_DAMAGED, struct.error) as error:
        raise DataError(f"{origin}: not a whole zip file ({error}); {_CURE}") from error
    for each in archive.infolist():
        if each.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            archive.close()
            raise DataError(
                f"{origin}: {each.filename} is packed by another method than deflate; {_CURE}"
            )
    return archive


def _read(file: IO[bytes]) -> bytes:
    """Read a file whole, in pieces: a zip's members may be larger than they say.

    Raises:
        ValueError: it has more than `LARGEST_FILE` bytes.
    """
    content = bytearray()
    while piece := file.read(_PIECE):
        content += piece
        if len(content) > LARGEST_FILE:
            raise ValueError(f"more than {LARGEST_FILE:,} bytes when unpacked")
    return bytes(content)


def _find_root(path: Any, origin: Path) -> Any:
    """Return `path` or the `UCI HAR Dataset` folder in it, whichever holds features.txt."""
    for candidate in (path, path / FOLDER):
        if (candidate / FEATURE_NAMES_FILE).is_file():
            return candidate
    raise DataError(
        f"{origin}: holds no UCI HAR data set ({FEATURE_NAMES_FILE} not found); {_CURE}"
    )


def parse(path: Path) -> Dataset:
    """Parse the data set at `path`; about a second for 92 MB of text.

    Raises:
        DataError: anything missing, damaged or out of range, by file and row.
    """
    with open_files(path) as files:
        feature_names = _parse_feature_names(files)
        train, test = (_parse_split(files, names) for names in SPLIT_FILES.values())
    shared = set(train.subjects.tolist()) & set(test.subjects.tolist())
    if shared:
        raise DataError(f"{path}: subjects {sorted(shared)} are in both train and test; {_CURE}")
    return Dataset(REAL, train, test, feature_names, fingerprint(train, test), str(path))


def _parse_feature_names(files: TextFiles) -> tuple[str, ...]:
    lines = files.read(FEATURE_NAMES_FILE).decode("utf-8", "replace").splitlines()
    names = tuple(line.split(maxsplit=1)[-1] for line in lines if line.strip())
    if len(names) != FEATURE_COUNT:
        raise DataError(
            f"{files.origin}: {FEATURE_NAMES_FILE} names {len(names)}, not {FEATURE_COUNT}"
        )
    return names


def _parse_split(files: TextFiles, names: dict[str, str]) -> Split:
    features = _numbers(files, names["X"], np.float32)
    if features.shape[1] != FEATURE_COUNT:
        raise DataError(
            f"{files.origin}: {names['X']} has {features.shape[1]} columns, not {FEATURE_COUNT}"
        )
    bad_rows = np.flatnonzero(~np.isfinite(features).all(axis=1))
    if len(bad_rows):
        raise DataError(f"{files.origin}: {names['X']} row {bad_rows[0] + 1} is not finite")
    labels = _column(files, names["y"], len(features), largest=len(ACTIVITIES)) - 1
    subjects = _column(files, names["subject"], len(features), largest=30)
    return Split(features, labels, subjects)


def _column(files: TextFiles, name: str, rows: int, largest: int) -> NDArray[np.int64]:
    """Read one whole number from 1 to `largest` for every window."""
    numbers = _numbers(files, name, np.int64)
    if numbers.shape != (rows, 1):
        raise DataError(
            f"{files.origin}: {name} has {numbers.shape[0]} rows of {numbers.shape[1]}, "
            f"where {rows} rows of 1 belong to the windows"
        )
    column = numbers[:, 0]
    wrong = np.flatnonzero((column < 1) | (column > largest))
    if len(wrong):
        raise DataError(
            f"{files.origin}: {name} row {wrong[0] + 1} is {column[wrong[0]]}, "
            f"not between 1 and {largest}"
        )
    return column


def _numbers(files: TextFiles, name: str, dtype: type) -> NDArray[Any]:
    content = files.read(name)
    if not content.strip():
        raise DataError(f"{files.origin}: {name} is empty; {_CURE}")
    try:
        return np.loadtxt(io.BytesIO(content), dtype=dtype, ndmin=2, comments=None)
    except ValueError as error:
        reason = str(error).split("; use")[0]
        raise DataError(f"{files.origin}: {name}: {reason}") from error
