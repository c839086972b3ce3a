"""Studies of standardised inputs, from the search to what is handed in, and how they are marked."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import optuna
import pytest
from scipy import stats

from har_search.board.standings import Selection, leaderboard
from har_search.challenge.inputs import (
    AS_THEY_ARE,
    CALIBRATED,
    INPUTS,
    PERSON,
    PERSON_RANKS,
    TRAIN,
    label,
)
from har_search.data.dataset import Split
from har_search.data.locate import Located
from har_search.data.standardize import Scale, by_person
from har_search.entries.confirm import confirm
from har_search.entries.entry import entries
from har_search.entries.held_out import folds, hold_out
from har_search.entries.record import read_record
from har_search.entries.reproduce import reproduce
from har_search.networks.splits import Splits
from har_search.search.showcase import study_note
from har_search.storage.artifacts import folder_of
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from har_search.training.last_epoch import train_replicas
from tests.conftest import QUICK_FILE, Entry, Ran
from tests.helpers import accuracy_with_torch_alone, note_of, search

HarSearch = Callable[..., Ran]
STANDARDIZED = pytest.mark.parametrize("inputs", [TRAIN, PERSON, PERSON_RANKS])


@pytest.fixture
def study(sqlite_url: str, quick: StudySpec, located: Located) -> Callable[[str], str]:
    """Make a study of two trials, of inputs prepared so, with their weights."""

    def make(inputs: str) -> str:
        spec = replace(quick, epochs=4, inputs=inputs)
        search(sqlite_url, spec, located.dataset, 2, folder_of(sqlite_url))
        return sqlite_url

    return make


def by_hand(train: Split, test: Split, inputs: str) -> Splits:
    """Standardise without the code under test's own choice of what by."""
    made = []
    for each in (train, test):
        features = each.features.copy()
        groups = np.unique(each.subjects) if inputs in CALIBRATED else [None]
        for person in groups:
            own = each.subjects == person if inputs in CALIBRATED else np.full(len(features), True)
            measured = each.features[own] if inputs in CALIBRATED else train.features
            numbers = measured.astype(np.float64)
            scores = (each.features[own] - numbers.mean(axis=0)) / numbers.std(axis=0)
            if inputs == PERSON_RANKS:
                ranks = (stats.rankdata(numbers, axis=0) - 0.5) / len(numbers)
                scores = (scores + stats.norm.ppf(ranks)) / 2
            features[own] = scores
        made.append(replace(each, features=features))
    return Splits.of(*made)


@STANDARDIZED
def test_the_whole_way_on_the_command_line(
    har_search: HarSearch, inputs: str, tmp_path: Path, uci_zip: Path
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(QUICK_FILE + f'[data]\nstandardize = "{inputs}"\n')
    words = label(inputs)
    data = ("--data", uci_zip)
    ran = har_search("run", "--study", path, "--trials", 2, "--workers", 1, *data)
    assert ran.code == 0, ran.err
    assert f"study  quick ({words})" in ran.out
    shown = har_search("show", 1).out
    assert f"{words.capitalize()}: each " in shown
    assert "# inputs: " in shown
    assert "standard deviation" in shown
    ran = har_search("reproduce", 1, *data)
    assert (ran.code, "identical" in ran.out) == (0, True)
    ran = har_search("confirm", 1, "--seeds", 3, *data)
    assert ran.code == 0, ran.err
    assert f"trial 1: {words.capitalize()}" in ran.out
    path.write_text(QUICK_FILE)
    ran = har_search("run", "--study", path, "--trials", 3, "--workers", 1, *data)
    assert ran.code == 1
    assert f"data.standardize: {inputs} → none" in ran.err


@STANDARDIZED
def test_entries_are_trained_again_on_standardised_windows(
    study: Callable[[str], str], inputs: str, located: Located
) -> None:
    url, dataset = study(inputs), located.dataset
    (entry,) = entries(url, "quick", [1], None)
    record = read_record(url, 1)
    splits = by_hand(dataset.train, dataset.test, inputs)
    (own,) = train_replicas(entry.config, splits, seeds=[entry.seed], epochs=entry.epoch)
    assert own.test_accuracy == record.figures["test_accuracy"]
    assert own.train_accuracy == record.figures["train_accuracy"]
    assert reproduce(record, dataset, folder_of(url)).identical
    stored = replace(entry.stored, spec=replace(record.spec, inputs=AS_THEY_ARE))
    raw = reproduce(replace(record, entry=replace(entry, stored=stored)), dataset, None)
    assert not raw.identical
    (confirmed,) = confirm(url, [entry], located, seeds=3, workers=1)
    for each in confirmed.seeds:
        (fresh,) = train_replicas(entry.config, splits, seeds=[each.seed], epochs=entry.epoch)
        assert abs(fresh.test_accuracy - each.test_accuracy) < 0.015  # side by side: a window


@STANDARDIZED
def test_who_is_held_out_has_no_part_in_the_others_scale(
    study: Callable[[str], str], inputs: str, located: Located
) -> None:
    url, train = study(inputs), located.dataset.train
    (entry,) = entries(url, "quick", [1], None)
    (found,) = hold_out(url, [entry], located, workers=1)
    for fold, group in enumerate(folds(train.subjects.tolist())):
        out = np.isin(train.subjects, group)
        kept, tested = (
            Split(train.features[mask], train.labels[mask], train.subjects[mask])
            for mask in (~out, out)
        )
        seeds = [entry.fold_seed(fold)]
        splits = by_hand(kept, tested, inputs)
        (alone,) = train_replicas(entry.config, splits, seeds=seeds, epochs=entry.epoch)
        correct = sum(each.correct for each in found.people if each.subject in group)
        assert correct / int(out.sum()) == alone.test_accuracy


@STANDARDIZED
def test_what_is_handed_in_does_what_the_leaderboard_says(
    har_search: HarSearch,
    study: Callable[[str], str],
    inputs: str,
    located: Located,
    uci_zip: Path,
    uci_folder: Path,
    tmp_path: Path,
) -> None:
    url, test, folder = study(inputs), located.dataset.test, tmp_path / "out"
    recorded = read_record(url, 1).figures["test_accuracy"]
    options = ("--storage", url, "--data", uci_zip)
    ran = har_search("export", 1, "--to", folder, *options)
    assert (ran.code, ran.err) == (0, "")
    assert ("calibrated per person" in ran.out) == (inputs in CALIBRATED)
    about = json.loads((folder / "trial.json").read_text())
    assert about["standardize"] == inputs
    assert about["figures"]["test_accuracy"] == recorded
    assert about["network"]["standardizes"] == (inputs == TRAIN)

    windows = test.features
    if inputs in CALIBRATED:
        windows = by_person(windows, test.subjects, inputs)
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    (logits,) = session.run(["logits"], {"windows": windows})
    assert (logits.argmax(axis=1) == test.labels).mean() == recorded

    card = (folder / "README.md").read_text(encoding="utf-8")
    assert ("**Calibrated per person:** each" in card) == (inputs in CALIBRATED)
    assert ("100 windows" in card) == (inputs in CALIBRATED)
    assert ("its first layer standardises them" in card) == (inputs == TRAIN)

    x_test, subjects = uci_folder / "test" / "X_test.txt", uci_folder / "test" / "subject_test.txt"
    given = ("--subjects", subjects) if inputs in CALIBRATED else ()
    found = []
    for network in (folder, 1):
        ran = har_search("predict", network, x_test, "--format", "csv", *given, *options)
        assert ran.code == 0, ran.err
        rows = list(csv.DictReader(io.StringIO(ran.out)))
        right = [
            row["activity"] == about["activities"][label]
            for row, label in zip(rows, test.labels, strict=True)
        ]
        assert np.mean(right) == recorded
        found.append(ran.out)
    assert found[0] == found[1]


@STANDARDIZED
@pytest.mark.slow
def test_torch_alone_gives_the_leaderboards_accuracy(
    har_search: HarSearch,
    study: Callable[[str], str],
    inputs: str,
    uci_zip: Path,
    uci_folder: Path,
    tmp_path: Path,
) -> None:
    url = study(inputs)
    har_search("export", 1, "--to", tmp_path / "out", "--storage", url, "--data", uci_zip)
    found = accuracy_with_torch_alone(tmp_path / "out", uci_folder / "test")
    assert found == read_record(url, 1).figures["test_accuracy"]


def test_without_subjects_a_file_is_one_persons(
    har_search: HarSearch, study: Callable[[str], str], located: Located, tmp_path: Path
) -> None:
    url, test = study(PERSON), located.dataset.test
    one = test.subjects == test.subjects[0]
    people = {"one": test.features[one], "all": test.features}
    for name, features in people.items():
        np.save(tmp_path / f"{name}.npy", features)
    np.savetxt(tmp_path / "subjects.txt", test.subjects, fmt="%d")
    options = ("--format", "csv", "--storage", url)
    alone = har_search("predict", 1, "one.npy", *options)
    told = har_search("predict", 1, "all.npy", "--subjects", "subjects.txt", *options)
    assert alone.code == told.code == 0
    assert alone.out.splitlines() == told.out.splitlines()[: one.sum() + 1]
    assert "person 1 has 50 windows" in alone.err  # few: its mean and spread may be off
    assert told.err.count("warning:") == 2
    mixed = har_search("predict", 1, "all.npy", *options)
    assert mixed.out != told.out
    assert mixed.err == ""
    raw = by_person(test.features, np.ones(len(test.labels), np.int64), PERSON)
    np.testing.assert_allclose(raw, Scale.of(test.features).apply(test.features))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2\n2\n", "subjects.txt has 2 rows, where 100 belong to as many windows"),
        ("2\n" * 101, "has 101 rows, where 100"),
        ("2\n" * 99 + "two\n", "row 100 is 'two', not the number of a person"),
        ("2 " * 99 + "-1", "row 100 is '-1'"),
        ("2\n" * 99 + "4\n", "person 4 has one window only"),
        (None, "subjects.txt: cannot be read"),
    ],
)
def test_subjects_that_make_no_sense_are_one_line(
    har_search: HarSearch,
    study: Callable[[str], str],
    located: Located,
    text: str | None,
    message: str,
) -> None:
    url = study(PERSON)
    np.save("windows.npy", located.dataset.test.features)
    if text is not None:
        Path("subjects.txt").write_text(text)
    given = ("windows.npy", "--subjects", "subjects.txt", "--storage", url)
    ran = har_search("predict", 1, *given)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines()[-1].startswith("error: ")
    assert message in ran.err


def test_subjects_are_for_calibrated_networks(
    har_search: HarSearch, kept: str, uci_folder: Path
) -> None:
    test = uci_folder / "test"
    given = (test / "X_test.txt", "--subjects", test / "subject_test.txt", "--storage", kept)
    ran = har_search("predict", 1, *given)
    assert (ran.code, ran.out) == (1, "")
    assert "--subjects is for a network calibrated per person" in ran.err


@pytest.fixture
def filled(sqlite_url: str, quick: StudySpec, fill: Callable[..., None]) -> str:
    """A database with a study for each of `INPUTS`."""
    for place, inputs in enumerate(INPUTS):
        spec = replace(quick, name=f"by-{inputs}", inputs=inputs)
        fill(sqlite_url, spec, [Entry(0.971 + place / 1000, 0.01)])
    return sqlite_url


def test_calibrated_entries_are_told_apart_on_a_mixed_leaderboard(
    har_search: HarSearch, filled: str
) -> None:
    plain = har_search("leaderboard", "--storage", filled).out
    assert "gap 1.00 pp, not yet confirmed, calibrated per person by ranks" in plain.splitlines()[0]
    heading, *rows = plain.splitlines()[2:7]
    assert "inputs" in heading.split()
    assert [row.split()[1] for row in rows] == [f"by-{inputs}" for inputs in reversed(INPUTS)]
    assert ["calibrated (ranks)" in row for row in rows] == [True, False, False, False]
    assert ["calibrated" in row for row in rows] == [True, True, False, False]
    assert ["standardised" in row for row in rows] == [False, False, True, False]
    assert plain.count("\nCalibrated per person: ") == 1
    assert plain.count("\nCalibrated per person by ranks: ") == 1
    markdown = har_search("leaderboard", "--storage", filled, "--format", "markdown").out
    assert "| calibrated |" in markdown
    assert "| calibrated (ranks) |" in markdown
    assert "\n\nCalibrated per person: each person's windows" in markdown
    found = json.loads(har_search("leaderboard", "--storage", filled, "--format", "json").out)
    assert [row["standardize"] for row in found] == [*reversed(INPUTS)]
    table = har_search("leaderboard", "--storage", filled, "--format", "csv").out
    rows_read = csv.DictReader(io.StringIO(table))
    assert [row["standardize"] for row in rows_read] == [*reversed(INPUTS)]


def test_a_study_says_it_once(har_search: HarSearch, filled: str) -> None:
    own = har_search("leaderboard", "--storage", filled, "--study", "by-person").out
    assert "inputs" not in own.split("\n\n")[1]  # the table
    assert own.count("\nCalibrated per person: ") == 1
    other = har_search("leaderboard", "--storage", filled, "--study", "by-none").out
    assert "alibrated" not in other


def test_the_pages_and_the_report_say_it(har_search: HarSearch, filled: str) -> None:
    from har_search.web.pages import make_pages

    pages = make_pages(filled).test_client()
    board = pages.get("/").text
    assert '<span class="tag">calibrated per person by ranks</span>' in board
    assert "<td>calibrated</td>" in board
    assert "Calibrated per person: each person" in board
    own = pages.get("/?study=by-person").text
    assert "<td>calibrated</td>" not in own
    assert "Calibrated per person: each person" in own
    assert "alibrated" not in pages.get("/?study=by-none").text
    number = json.loads(
        har_search(
            "leaderboard", "--storage", filled, "--study", "by-person", "--format", "json"
        ).out
    )[0]["trial"]
    entry = pages.get(f"/studies/by-person/trials/{number}").text
    assert "by ann, calibrated per person</small>" in entry
    assert "# inputs: ONE person&#39;s windows, calibrated" in entry
    for name, said in (("by-person", True), ("by-none", False)):
        ran = har_search("report", "--storage", filled, "--study", name, "--to", f"{name}.html")
        assert ran.code == 0, ran.err
        report = Path(f"{name}.html").read_text(encoding="utf-8")
        assert ("<dd>calibrated per person</dd>" in report) == said
        assert ("Calibrated per person: each person" in report) == said


def test_optuna_dashboards_notes_say_it(
    study: Callable[[str], str], quick: StudySpec, filled: str
) -> None:
    spec = replace(quick, inputs=PERSON)
    note = study_note(spec, leaderboard(filled, Selection(study="by-person")))
    assert "\nCalibrated per person: each person's windows" in note
    assert len(note) < 2045
    assert "alibrated" not in study_note(quick, leaderboard(filled, Selection(study="by-none")))
    with open_for_writing(study(PERSON)) as storage:
        made = optuna.load_study(storage=storage, study_name="quick")
        assert "parameters; calibrated per person." in note_of(made, made.trials[0]._trial_id)


def test_a_study_of_an_earlier_version_goes_on(
    har_search: HarSearch, searched: str, quick: StudySpec, located: Located
) -> None:
    key = "SELECT study_user_attribute_id, value_json FROM study_user_attributes WHERE key LIKE ?"
    with closing(sqlite3.connect(searched.removeprefix("sqlite:///"))) as connection:
        ((place, text),) = connection.execute(key, ("%spec",))
        stored = json.loads(text)
        assert stored.pop("data") == {"standardize": "none"}
        change = "UPDATE study_user_attributes SET value_json = ? WHERE study_user_attribute_id = ?"
        connection.execute(change, (json.dumps(stored), place))
        connection.commit()
    board = har_search("leaderboard", "--storage", searched, "--format", "json")
    assert {row["standardize"] for row in json.loads(board.out)} == {AS_THEY_ARE}
    assert reproduce(read_record(searched, 1), located.dataset, None).identical
    search(searched, replace(quick, epochs=4), located.dataset, 5, None)
    assert (
        len(json.loads(har_search("leaderboard", "--storage", searched, "--format", "json").out))
        == 5
    )
