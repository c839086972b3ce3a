"""A database that version 0.1.0 wrote is read, resumed, confirmed and reproduced as before.

`earlier/version-0.1.0.sql` was dumped from the database that these commands made with it, on the
data of `earlier/plain_data.py`, and `earlier/version-0.1.0.json` is its leaderboard then:

    har-search run --trials 8 --study plain.toml --seed 5 --workers 1 --student ann
    har-search run --trials 3 --study several.toml --seed 6 --workers 1 --student ann
    har-search confirm 0 2 --study plain --seeds 4 --by-subject
    har-search confirm 0 --study several --seeds 3

`plain` is a study of single seeds, `several` one of three, calibrated per person by ranks.
"""

from __future__ import annotations

import copy
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from har_search.board.neighbours import findings
from har_search.board.standings import find_trial
from har_search.challenge.held_out import HeldOut
from har_search.entries.record import read_record
from har_search.entries.reproduce import reproduce
from har_search.storage import details, held_out
from har_search.storage.database import open_for_writing
from tests.conftest import Ran, locate
from tests.earlier.plain_data import write_plain_data

HERE = Path(__file__).parent / "earlier"
BOARD = json.loads((HERE / "version-0.1.0.json").read_text())
# What may differ in its last digits where another model of processor trains again.
ROUNDED = {"learning curve", "running train accuracy"}

HarSearch = Callable[..., Ran]


@pytest.fixture(scope="module")
def plain_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain") / "UCI HAR Dataset"
    write_plain_data(folder)
    return folder


@pytest.fixture
def earlier_url(tmp_path: Path, plain_data: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The earlier database; its data and its address are in the environment."""
    path = tmp_path / "earlier.db"
    connection = sqlite3.connect(path)
    connection.executescript((HERE / "version-0.1.0.sql").read_text())
    connection.close()
    url = f"sqlite:///{path}"
    monkeypatch.setenv("HAR_SEARCH_DATA", str(plain_data))
    monkeypatch.setenv("HAR_SEARCH_STORAGE", url)
    return url


def board(har_search: HarSearch, *arguments: object) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(
        har_search("leaderboard", "--format", "json", *arguments).out
    )
    return rows


def in_todays_words(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a leaderboard with the verdicts' words of today: the figures and keys are as then."""
    words = {"stands": "holds", "fails": "misses", "not shown": "undecided"}
    rows = copy.deepcopy(rows)
    for row in rows:
        if row["confirmed"]:
            verdicts = row["confirmed"]["verdicts"].items()
            row["confirmed"]["verdicts"] = {track: words[each] for track, each in verdicts}
    return rows


@pytest.mark.usefixtures("earlier_url")
def test_its_leaderboard_is_the_same_to_the_last_key(har_search: HarSearch) -> None:
    assert board(har_search) == in_todays_words(BOARD)
    assert [list(row) for row in board(har_search)] == [list(row) for row in BOARD]


@pytest.mark.usefixtures("earlier_url")
def test_its_search_goes_on(har_search: HarSearch) -> None:
    then = in_todays_words(BOARD)
    before = {row["trial"]: row for row in then if row["study"] == "plain"}
    ran = har_search("run", "--trials", 10, "--study", "plain", "--workers", 1, "--student", "bob")
    assert ran.code == 0, ran.err
    assert "The study has its 10 trials" in ran.out
    after = {row["trial"]: row for row in board(har_search, "--study", "plain")}
    assert len(after) == 10
    for trial, row in before.items():
        assert {**after[trial], "rank": 0} == {**row, "rank": 0}
    assert {row["student"] for trial, row in after.items() if trial not in before} == {"bob"}


@pytest.mark.usefixtures("earlier_url")
def test_its_search_goes_on_only_with_its_own_data(har_search: HarSearch) -> None:
    ran = har_search("run", "--trials", 10, "--study", "plain", "--data", "simulated")
    assert ran.code == 0  # simulated data have a study of their own
    assert len(board(har_search, "--study", "plain")) == 8
    ran = har_search("reproduce", 1, "--study", "plain", "--data", "simulated")
    assert (ran.code, ran.out) == (1, "")
    assert "error: the study 'plain' was made with other data: uci-har a25e5dccc14fa234" in ran.err


def test_its_curves_are_diagnosed_by_what_they_have(earlier_url: str) -> None:
    for row in BOARD:
        standing = find_trial(earlier_url, row["trial"], row["study"])
        known = details.read(earlier_url, standing.study, standing.trial)
        assert known is not None
        found = findings(earlier_url, standing, known.curve)
        assert not [each for each in found if "grew" in each.sentence or each.evidence]


@pytest.mark.usefixtures("earlier_url")
def test_its_trials_are_shown(har_search: HarSearch) -> None:
    for row in BOARD:
        ran = har_search("show", row["trial"], "--study", row["study"])
        assert ran.code == 0, ran.err


def test_its_confirmations_are_kept_and_gone_on_with(
    har_search: HarSearch, earlier_url: str
) -> None:
    ran = har_search("confirm", 0, "--study", "plain", "--seeds", 4, "--workers", 1)
    assert "77.86 ± 10.04" in ran.out  # as version 0.1.0 trained them: known, so not trained again
    with open_for_writing(earlier_url) as storage:
        seed = read_record(earlier_url, 0, "plain").entry.seed
        known = held_out.read(storage, "plain", 0, seed)
    assert [each.subject for each in known.people] == [1, 3, 5, 6]
    assert known.people[0] == HeldOut(1, 48, 14)
    ran = har_search("confirm", 1, "--study", "plain", "--seeds", 3, "--workers", 1)
    assert ran.code == 0, ran.err
    (row,) = [each for each in board(har_search, "--study", "plain") if each["trial"] == 1]
    assert isinstance(row["confirmed"], dict)
    assert row["confirmed"]["seeds"] == 3


@pytest.mark.usefixtures("earlier_url")
def test_its_trials_are_handed_in(har_search: HarSearch, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    ran = har_search("export", 0, "--study", "plain", "--to", folder)
    assert ran.code == 0, ran.err
    trained = json.loads((folder / "trial.json").read_text())["trained_with"]["versions"]
    assert (trained["har-search"], trained["numpy"]) == ("0.1.0", "2.4.6")  # of its prose
    assert trained["platform"] == "Linux x86_64 AVX512"
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "Trained on cpu with har-search 0.1.0, torch 2.13.0+cpu, optuna 5.0.0, numpy" in card


@pytest.mark.parametrize(
    ("study", "trial"), [("plain", 0), ("plain", 6), ("plain", 7), ("several", 0), ("several", 1)]
)
def test_its_trials_come_back(
    earlier_url: str, plain_data: Path, cache_folder: Path, study: str, trial: int
) -> None:
    record = read_record(earlier_url, trial, study)
    dataset = locate(str(plain_data), cache_folder).dataset
    found = reproduce(record, dataset, None)
    causes = {each.name: each.recorded for each in found.causes}
    assert causes["har-search"] == "0.1.0"  # as its prose said
    differing = {each.name for each in found.differences}
    assert not differing - ROUNDED
    assert "confusion matrix" in found.same
    if causes.keys() == {"har-search"}:  # the same versions on the same kind of processor
        assert not differing
