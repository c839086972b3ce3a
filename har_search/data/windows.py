"""Windows to be recognised, from a file: UCI's text, CSV or NumPy's `.npy`, checked by row.

UCI HAR's features are scaled so that the training windows lie between -1 and 1. Windows of another
phone, scaled in the same way, may lie a little outside; one beyond `LARGEST` was not scaled so, and
a network would answer it with confident nonsense.
"""

from __future__ import annotations

import csv
import io
import math
import re
import reprlib
import tokenize
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from har_search.challenge.activities import FEATURE_COUNT
from har_search.challenge.words import counted
from har_search.errors import DataError

LARGEST = 2.0
_NPY = b"\x93NUMPY"
_NPY_ERRORS = (  # of a header that is cut off, nested too deep, or names a shape without end
    ValueError,
    SyntaxError,
    RecursionError,
    OverflowError,
    MemoryError,
    EOFError,
    OSError,
    tokenize.TokenError,
)


def read_windows(path: Path) -> NDArray[np.float32]:
    """Read windows (N, F) float32, one a row, and check each number.

    Text has its numbers apart by white space, as UCI's `X_test.txt` has, or by commas; then the
    first line may name the columns. The content tells the format, not the name.

    Raises:
        DataError: no such file, no whole table of 561 columns, or a number that is missing, not
            finite or beyond `LARGEST`; the message names row and column, counted from 1.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error
    if content.startswith(_NPY):
        windows, above = _array(content, path), 0
    else:
        windows, above = _text(content, path)
    wrong = np.argwhere(~(np.abs(windows) <= LARGEST))  # NaN is not, either
    if len(wrong):
        row, column = wrong[0]
        value = windows[row, column]
        place = f"{path} row {row + 1 + above}, column {column + 1}"
        if not math.isfinite(value):
            raise DataError(f"{place} is {value}; every feature must be a number")
        raise DataError(
            f"{place} is {value:g}, far outside of -1 to 1 (beyond ±{LARGEST:g} is refused); "
            "scale the features as UCI HAR does"
        )
    return windows.astype(np.float32)


def read_subjects(path: Path, windows: int) -> NDArray[np.int64]:
    """Read who wore the phone (N,), a whole number for each of so many windows, one a row.

    Raises:
        DataError: no such file, another number of rows, or one that is no whole number.
    """
    try:
        rows = path.read_text(encoding="utf-8-sig").split()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is no text; write the number of a person in each row") from error
    for number, row in enumerate(rows, start=1):
        if not re.fullmatch(r"\d{1,9}", row):
            raise DataError(
                f"{path} row {number} is {reprlib.repr(row)}, not the number of a person"
            )
    if len(rows) != windows:
        raise DataError(
            f"{path} has {len(rows):,} rows, where {windows:,} belong to as many windows"
        )
    return np.array(rows, np.int64)


def _array(content: bytes, path: Path) -> NDArray[Any]:
    try:
        array = np.load(io.BytesIO(content), allow_pickle=False)
    except _NPY_ERRORS as error:
        raise DataError(f"{path}: no whole .npy file of numbers ({error})") from error
    if array.ndim == 1:  # one window
        array = array[np.newaxis]
    if array.dtype.kind not in "fiu" or array.ndim != 2:
        raise DataError(
            f"{path}: an array of {array.dtype} with {array.ndim} dimensions; "
            f"windows are numbers in rows of {FEATURE_COUNT}"
        )
    if array.shape[1] != FEATURE_COUNT:
        raise DataError(f"{path} has {counted(array.shape[1], 'column')}, not {FEATURE_COUNT}")
    if not len(array):
        raise DataError(f"{path} has no rows; a row of {FEATURE_COUNT} numbers is a window")
    return np.asarray(array, dtype=np.float64)


def _text(content: bytes, path: Path) -> tuple[NDArray[Any], int]:
    """Parse text; return the numbers and how many lines stand above the first row."""
    try:
        lines = content.decode("utf-8-sig").rstrip().splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is neither text nor a .npy file") from error
    if not lines:
        raise DataError(f"{path} is empty; a row of {FEATURE_COUNT} numbers is a window")
    above = next(number for number, line in enumerate(lines) if line.strip())
    comma = "," in lines[above]
    above += _is_heading(_cells(lines[above], f"{path} row {above + 1}", comma=comma))
    rows = lines[above:]
    if not rows:
        raise DataError(f"{path} has no rows; a row of {FEATURE_COUNT} numbers is a window")
    try:
        separator = "," if comma else None
        numbers = np.loadtxt(rows, delimiter=separator, comments=None, quotechar='"', ndmin=2)
    except ValueError as error:
        _find_wrong(rows, above, path, comma=comma)
        raise DataError(f"{path}: {str(error).split('; use')[0]}") from error
    if numbers.shape != (len(rows), FEATURE_COUNT):  # NumPy passes over empty lines
        _find_wrong(rows, above, path, comma=comma)
    return numbers, above


def _cells(line: str, place: str, *, comma: bool) -> list[str]:
    """Split a line into its cells; `place` names it in messages.

    Raises:
        DataError: a cell is longer than the csv module takes.
    """
    try:
        return next(csv.reader([line])) if comma else line.split()
    except csv.Error as error:
        raise DataError(f"{place} is no row of numbers ({error})") from error


def _is_heading(cells: list[str]) -> bool:
    """Return whether a first line names the columns, by words or, as pandas does, by numbers."""
    words = sum(_number(each) is None for each in cells)
    counted = [str(number) for number in range(len(cells) + 1)]
    return words > len(cells) / 2 or (len(cells) > 1 and cells in (counted[:-1], counted[1:]))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _find_wrong(rows: list[str], above: int, path: Path, *, comma: bool) -> None:
    """Name the first row that is no window.

    Raises:
        DataError: there is one.
    """
    for number, line in enumerate(rows, start=above + 1):
        place = f"{path} row {number}"
        cells = _cells(line, place, comma=comma) if line.strip() else []
        if len(cells) != FEATURE_COUNT:
            raise DataError(
                f"{place} has {counted(len(cells), 'column')}, not {FEATURE_COUNT}; leave out all "
                "that is no feature"
            )
        for column, cell in enumerate(cells, start=1):
            if _number(cell) is None:
                raise DataError(f"{place}, column {column} is {reprlib.repr(cell)}, not a number")
