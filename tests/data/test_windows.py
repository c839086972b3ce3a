"""Files of windows: each format, and what is refused, by row and column."""

import csv
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from har_search.data.simulate import feature_names
from har_search.data.windows import LARGEST, read_windows
from har_search.errors import DataError

Windows = NDArray[np.float32]


@pytest.fixture
def windows() -> Windows:
    return np.random.default_rng(0).uniform(-1, 1, (5, 561)).astype(np.float32)


def as_csv(windows: Windows, heading: list[str] | None, path: Path) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if heading is not None:
            writer.writerow(heading)
        writer.writerows(windows.tolist())
    return path


def test_every_format_gives_the_same_windows(windows: Windows, tmp_path: Path) -> None:
    uci, binary = tmp_path / "X_test.txt", tmp_path / "windows.npy"
    np.savetxt(uci, windows, fmt="% .8e")
    np.save(binary, windows.astype(np.float64))
    counted = [str(number) for number in range(561)]
    paths = [uci, binary]
    for name, heading in {
        "bare": None,
        "named": list(feature_names()),
        "counted": counted,
        "from-1": [str(number) for number in range(1, 562)],
    }.items():
        paths.append(as_csv(windows, heading, tmp_path / f"{name}.csv"))
    for path in paths:
        read = read_windows(path)
        assert read.dtype == np.float32
        assert np.array_equal(read, windows), path


def test_one_window_and_odd_but_clear_files_are_read(windows: Windows, tmp_path: Path) -> None:
    one = tmp_path / "one.npy"
    np.save(one, windows[0])
    assert np.array_equal(read_windows(one), windows[:1])
    text = "\n".join(" ".join(map(str, row)) for row in windows.tolist())
    for written in (text, f"{text}\n\n \n", text.replace("\n", "\r\n"), f"\ufeff{text}"):
        odd = tmp_path / "odd"  # no ending: the content tells
        odd.write_text(written, encoding="utf-8", newline="")
        assert np.array_equal(read_windows(odd), windows)
    quoted = as_csv(windows, None, tmp_path / "quoted.csv")
    quoted.write_text(",".join(f'"{each}"' for each in windows[0].tolist()))
    assert np.array_equal(read_windows(quoted), windows[:1])


Change = Callable[[list[list[str]]], object]


def put(row: int, column: int, text: str) -> Change:
    return lambda rows: rows[row - 1].__setitem__(column - 1, text)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows[2].pop(), "row 3 has 560 columns, not 561"),
        (lambda rows: [row.append("1") for row in rows], "row 1 has 562 columns, not 561"),
        (lambda rows: [row.clear() for row in rows[1:2]], "row 2 has 0 columns"),
        (put(2, 7, "x"), "row 2, column 7 is 'x', not a number"),
        (put(1, 1, "x"), "row 1, column 1 is 'x', not a number"),
        (put(3, 561, "nan"), "row 3, column 561 is nan"),
        (put(4, 2, "-inf"), "row 4, column 2 is -inf"),
        (put(4, 2, "1e999"), "row 4, column 2 is inf"),
        (put(5, 9, "9.81"), "row 5, column 9 is 9.81, far outside of -1 to 1"),
        (put(5, 9, "-2.001"), "row 5, column 9 is -2.001, far outside"),
    ],
)
@pytest.mark.parametrize("separator", [" ", ","])
def test_what_is_no_window_is_named_by_row_and_column(
    windows: Windows, tmp_path: Path, change: Change, message: str, separator: str
) -> None:
    rows = [[str(each) for each in row] for row in windows.tolist()]
    change(rows)
    path = tmp_path / "windows"
    path.write_text("\n".join(separator.join(row) for row in rows))
    with pytest.raises(DataError) as error:
        read_windows(path)
    assert message in str(error.value)
    assert str(path) in str(error.value)


def test_rows_are_counted_as_lines_below_a_heading(windows: Windows, tmp_path: Path) -> None:
    windows[1, 3] = 7
    path = as_csv(windows, list(feature_names()), tmp_path / "windows.csv")
    with pytest.raises(DataError, match="row 3, column 4 is 7"):
        read_windows(path)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((3, 560)), "has 560 columns, not 561"),
        (np.zeros(560), "has 560 columns, not 561"),
        (np.zeros((0, 561)), "has no rows"),
        (np.zeros((1, 2, 561)), "3 dimensions"),
        (np.zeros((), np.float32), "0 dimensions"),
        (np.zeros((2, 561), bool), "array of bool"),
        (np.zeros((2, 561), complex), "array of complex"),
        (np.full((2, 561), "1"), "array of <U1"),
        (np.full((2, 561), 1e300), "row 1, column 1 is 1e+300"),
        (np.full((2, 561), np.nan), "row 1, column 1 is nan"),
        (np.full((2, 561), 3, np.int8), "row 1, column 1 is 3"),
    ],
)
def test_arrays_of_something_else_are_refused(
    tmp_path: Path, array: NDArray[np.generic], message: str
) -> None:
    path = tmp_path / "windows.npy"
    np.save(path, array)
    with pytest.raises(DataError, match=message.replace("+", r"\+")):
        read_windows(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "windows"
    with pytest.raises(DataError, match="No such file"):
        read_windows(path)
    with pytest.raises(DataError, match="cannot be read"):
        read_windows(tmp_path)
    objects = tmp_path / "objects.npy"
    np.save(objects, np.array([{}], dtype=object), allow_pickle=True)
    for content, message in [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (",".join(feature_names()).encode(), "has no rows"),
        (b"\xff\xfe\x00\x01", "neither text nor"),
        (b"\x93NUMPY\x01", "no whole .npy file"),
        (objects.read_bytes(), "no whole .npy file"),
    ]:
        path.write_bytes(content)
        with pytest.raises(DataError, match=message):
            read_windows(path)


def header(text: str) -> bytes:
    """Write the head of a .npy file that says this."""
    padded = text.ljust(501) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded.encode()


@pytest.mark.parametrize(
    "text",
    [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999, 561)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 561)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4, 4)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 561",
        "{'descr': (",
        "(" * 450,
        "-" * 450 + "1",
    ],
)
def test_a_npy_header_of_nonsense_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "windows.npy"
    path.write_bytes(header(text))
    with pytest.raises(DataError, match=r"no whole \.npy file of numbers"):
        read_windows(path)


@pytest.mark.parametrize("above", [0, 2])
@pytest.mark.parametrize("cell", ["x" * 131_073, "1" * 200_000, '"' + "x," * 100_000])
def test_a_cell_without_end_is_refused_in_one_short_line(
    windows: Windows, tmp_path: Path, above: int, cell: str
) -> None:
    row = ",".join(map(str, windows[0].tolist()))
    path = tmp_path / "windows.csv"
    path.write_text("\n".join([row] * above + [f"{cell},{row}"]))
    with pytest.raises(DataError, match=f"row {above + 1} is no row of numbers .*field limit"):
        read_windows(path)
    path.write_text(path.read_text().replace(",", " "))
    with pytest.raises(DataError) as error:
        read_windows(path)
    assert len(str(error.value)) < len(str(path)) + 200


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_a_file_holds_is_read_or_refused(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "anything"
    path.write_bytes(content)
    with pytest.raises(DataError):
        read_windows(path)


def test_a_little_outside_is_let_pass(windows: Windows, tmp_path: Path) -> None:
    windows[0, 0] = LARGEST
    path = tmp_path / "windows.npy"
    np.save(path, windows)
    assert read_windows(path)[0, 0] == LARGEST
