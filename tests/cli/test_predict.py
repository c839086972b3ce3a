"""Activities of new windows, by an exported folder or a trial, for people and for programs.

Covers `cli/winning.py`; its other commands are in tests/entries and tests/handin.
"""

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from har_search.challenge.activities import ACTIVITIES
from har_search.data.locate import Located
from har_search.entries.record import read_record
from har_search.storage.artifacts import folder_of
from har_search.study.spec import StudySpec
from tests.conftest import Ran
from tests.helpers import search

HarSearch = Callable[..., Ran]


@pytest.fixture
def x_test(uci_folder: Path) -> Path:
    return uci_folder / "test" / "X_test.txt"


@pytest.fixture
def exported(har_search: HarSearch, kept: str, uci_zip: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "exported"
    ran = har_search("export", 1, "--to", folder, "--storage", kept, "--data", uci_zip)
    assert ran.code == 0, ran.err
    return folder


def test_a_folder_a_trial_and_training_again_agree(
    har_search: HarSearch, kept: str, exported: Path, x_test: Path, located: Located, uci_zip: Path
) -> None:
    by_folder = har_search("predict", exported, x_test, "--format", "csv")
    assert (by_folder.code, by_folder.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(by_folder.out)))
    test = located.dataset.test
    assert list(rows[0]) == ["window", "activity", "probability", *ACTIVITIES]
    assert [int(row["window"]) for row in rows] == list(range(1, len(test.labels) + 1))
    right = [
        row["activity"] == ACTIVITIES[label] for row, label in zip(rows, test.labels, strict=True)
    ]
    assert np.mean(right) == read_record(kept, 1).figures["test_accuracy"]
    for row in rows:
        every = {name: float(row[name]) for name in ACTIVITIES}
        assert sum(every.values()) == pytest.approx(1, abs=1e-5)
        assert max(every, key=lambda name: every[name]) == row["activity"]
        assert row["probability"] == row[row["activity"]]

    options = ("--format", "csv", "--storage", kept)
    by_trial = har_search("predict", 1, x_test, *options)
    assert by_trial == by_folder  # and no data were asked for
    folder = folder_of(kept)
    assert folder is not None
    shutil.rmtree(folder)
    again = har_search("predict", 1, x_test, *options, "--data", uci_zip)
    assert again.out == by_folder.out
    assert "training trial 1 of study quick again, " in again.err
    assert "its saved weights are gone" in again.err


def test_the_table_is_for_people(har_search: HarSearch, exported: Path, x_test: Path) -> None:
    ran = har_search("predict", exported, x_test)
    lines = ran.out.splitlines()
    assert lines[0] == "window  activity            probability %"
    assert len(lines) == 101
    assert max(map(len, lines)) < 80
    number, activity, probability = lines[1].split()
    assert number == "1"
    assert activity in ACTIVITIES
    assert 100 / 6 <= float(probability) <= 100


def test_a_trial_on_a_server_is_used_from_the_folder_that_is_named(
    har_search: HarSearch,
    postgresql_url: str,
    quick: StudySpec,
    located: Located,
    tmp_path: Path,
    x_test: Path,
    uci_zip: Path,
) -> None:
    folder = tmp_path / "shared"
    search(postgresql_url, quick, located.dataset, 1, folder)
    options = ("predict", 0, x_test, "--storage", postgresql_url, "--data", uci_zip)
    ran = har_search(*options, "--artifacts", folder)
    assert (ran.code, ran.err) == (0, "")
    again = har_search(*options)
    assert again.out == ran.out
    assert "where its weights were saved is not known here (--artifacts FOLDER)" in again.err


def test_it_writes_nothing(har_search: HarSearch, kept: str, tmp_path: Path, x_test: Path) -> None:
    def content() -> dict[Path, bytes]:
        return {each: each.read_bytes() for each in sorted(tmp_path.rglob("*")) if each.is_file()}

    before = content()
    assert har_search("predict", 1, x_test, "--storage", kept).code == 0
    assert content() == before


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["gone", "X"], 1, "gone is no folder that `export` wrote (gone/trial.json: No"),
        (["99", "X"], 1, "no finished trial 99"),
        (["1", "gone.txt"], 1, "gone.txt: cannot be read (No such file or directory)"),
        (["1", "bad.csv"], 1, "bad.csv row 1 has 3 columns, not 561"),
        (["1", "X", "--format", "json"], 2, "'--format'"),
        (["1"], 2, "Missing argument 'WINDOWS'"),
    ],
)
def test_bad_input_is_one_line(
    har_search: HarSearch, kept: str, x_test: Path, arguments: list[str], code: int, message: str
) -> None:
    Path("bad.csv").write_text("0.1,0.2,0.3\n")
    given = [str(x_test) if each == "X" else each for each in arguments]
    ran = har_search("predict", *given, "--storage", kept)
    assert (ran.code, ran.out) == (code, "")
    (line,) = ran.err.splitlines()
    assert line.startswith("error: ")
    assert message in line.replace("\\", "/")
