"""A real database with flipped bytes: an answer, or one line that names the file."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from har_search.board import formats
from har_search.board.differences import differences
from har_search.board.standings import Selection, find_trial, leaderboard
from har_search.board.status import overview, points
from har_search.board.words import figure_lines
from har_search.entries.entry import entries
from har_search.entries.record import read_record
from har_search.errors import HarSearchError, StorageError
from har_search.networks import mlp
from har_search.report.contents import gather
from har_search.storage import attributes, details
from har_search.web.pages import make_pages
from tests.conftest import Ran
from tests.helpers import ROOT, SET_FIGURE, change

FLIPS = (1, 5, 50)  # bytes at a time


def show_board(url: str) -> None:
    board = leaderboard(url)
    formats.to_json(board)
    formats.to_csv(board)
    formats.to_markdown(leaderboard(url, Selection(confirmed=True)))


def show_trial(url: str) -> None:
    standing = find_trial(url, 1, "plain")
    figure_lines(standing)
    differences(standing.params, standing.inputs)
    mlp.source(mlp.mlp_config(standing.params), standing.inputs)


def look(url: str) -> None:
    overview(url)
    points(url, ("plain",))


def visit(url: str) -> None:
    client = make_pages(url)
    client.testing = True  # an error that has no page is raised
    for page in ("/", "/studies/plain/trials/1", "/accuracy-against-gap.svg"):
        client.test_client().get(page)


READERS: tuple[Callable[[str], object], ...] = (
    show_board,
    show_trial,
    look,
    visit,
    lambda url: entries(url, "plain", [], 3),
    lambda url: read_record(url, 1, "plain"),
    lambda url: details.read(url, "plain", 1),
)


def damage(whole: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(whole)
    for _ in range(chance.choice(FLIPS)):
        damaged[chance.randrange(len(damaged))] ^= chance.randrange(1, 256)
    return bytes(damaged)


def reads(url: str, path: Path, reader: Callable[[str], object]) -> bool:
    """Return whether a reader has an answer; else it names the file, and fails no other way."""
    try:
        reader(url)
    except HarSearchError as error:
        failure = error
    else:
        return True
    if isinstance(failure, StorageError):  # else it is what a name or a spec says now
        assert str(path) in str(failure)
        assert "\n" not in str(failure)
    return False


def damaged_answers(url: str, folder: Path, seed: int, times: int, *readers: object) -> int:
    whole, chance = Path(url.removeprefix("sqlite:///")).read_bytes(), random.Random(seed)
    answers = 0
    for time in range(times):
        path = folder / f"damaged-{time}.db"  # a name of its own: what is asked is kept a while
        path.write_bytes(damage(whole, chance))
        answers += sum(reads(f"sqlite:///{path}", path, each) for each in readers or READERS)
        path.unlink()
    return answers


@pytest.fixture
def fixed(tmp_path: Path) -> str:
    """A database that is the same, byte for byte, at every run: so are the flips."""
    path = tmp_path / "fixed.db"
    connection = sqlite3.connect(path)
    connection.executescript((ROOT / "tests/earlier/version-0.1.0.sql").read_text())
    connection.close()
    return f"sqlite:///{path}"


@pytest.mark.slow
def test_readers_of_a_damaged_database_answer_or_name_it(fixed: str, tmp_path: Path) -> None:
    answers = damaged_answers(fixed, tmp_path, 561, 150)
    assert 0 < answers < 150 * len(READERS)


@pytest.mark.slow
def test_a_report_of_a_damaged_database_is_made_or_names_it(fixed: str, tmp_path: Path) -> None:
    assert damaged_answers(fixed, tmp_path, 6, 20, lambda url: gather(url, "plain"))


@pytest.mark.parametrize("value", ["null", '"0.9"', "{", "[]"])
def test_a_figure_that_is_none_is_named(
    searched: str, har_search: Callable[..., Ran], value: str
) -> None:
    change(searched, SET_FIGURE, value, "gap", 1)
    for command in (("leaderboard",), ("show", 1)):
        ran = har_search(*command, "--storage", searched)
        assert ran.code == 1
        (line,) = ran.err.splitlines()
        assert line.startswith(f"error: {searched}: ")
        assert "the database is damaged" in line
    page = make_pages(searched).test_client().get("/")
    assert page.status_code == 503
    assert "the database is damaged" in page.text


@pytest.mark.parametrize("value", ["{", b"\xff"])
def test_a_search_and_a_confirmation_name_a_damaged_database(
    searched: str,
    har_search: Callable[..., Ran],
    quick_file: str,
    uci_zip: Path,
    value: str | bytes,
) -> None:
    spec = "UPDATE study_user_attributes SET value_json = CAST(? AS TEXT) WHERE key = ?"
    change(searched, spec, value, attributes.SPEC)
    data = ("--data", uci_zip, "--storage", searched, "--workers", 1)
    for command in (("run", "--study", quick_file, "--trials", 1), ("confirm",)):
        ran = har_search(*command, *data)
        assert ran.code == 1
        (line,) = [each for each in ran.err.splitlines() if each.startswith("error: ")]
        assert "the database is damaged" in line
