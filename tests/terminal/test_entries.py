"""What is shown of entries that were trained again, held out, reproduced and exported."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from har_search.challenge.confirmed import Confirmation, Confirmed
from har_search.challenge.held_out import HeldOut, HeldOutPeople
from har_search.challenge.inputs import PERSON
from har_search.challenge.rules import HOMEWORK_TRACKS, Track
from har_search.entries.confirm import Comparison
from har_search.entries.entry import Entry
from har_search.entries.record import Record
from har_search.entries.reproduce import Difference, Reproduction
from har_search.handin.export import Exported
from har_search.storage.studies import StoredStudy
from har_search.study.spec import LESSON, StudySpec
from har_search.terminal.entries import (
    show_comparison,
    show_confirmed,
    show_export,
    show_held_out,
    show_reproduction,
)
from har_search.training.config import TrainingConfig
from tests.helpers import standing


@pytest.fixture
def console() -> Console:
    return Console(width=140)


def entry_of(spec: StudySpec, number: int, name: str = "quick") -> Entry:
    config = TrainingConfig.from_hyperparameters(LESSON, epochs=5, optimizer="adam")
    stored = StoredStudy(1, name, spec, "uci-har", "0123456789abcdef")
    return Entry(name, number, 7, 3, config, stored, standing(trial=number))


def seeds(*tests: float) -> Confirmed:
    found = (Confirmation(place, place, test, test + 0.01) for place, test in enumerate(tests))
    return Confirmed(5, tuple(found))


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_each_confirmed_entry_is_judged_on_its_own_tracks(
    console: Console, quick: StudySpec, capsys: pytest.CaptureFixture[str]
) -> None:
    homework = entry_of(replace(quick, tracks=HOMEWORK_TRACKS), 4)
    other = entry_of(replace(quick, tracks=(Track("C", 0.9),), inputs=PERSON), 5, "other")
    show_confirmed([homework, other], [seeds(0.974, 0.976, 0.978), seeds(0.95)], console)
    heading, first, second, *rest = lines_of(capsys)
    assert heading.split()[-6:] == ["track", "A", "track", "B", "track", "C"]
    assert "97.60 ± 0.20  97.40 to 97.80" in first
    assert "undecided (3 of 3)  undecided (2 of 3)" in first
    assert "95.00  95.00 to 95.00" in second  # one seed has no spread
    assert second.count("(") == 1
    assert any(line.startswith("trial 5: Calibrated per person: ") for line in rest)


def test_the_person_who_is_recognised_worst_is_named(
    console: Console, quick: StudySpec, capsys: pytest.CaptureFixture[str]
) -> None:
    known = HeldOutPeople((HeldOut(3, 100, 90), HeldOut(8, 300, 300)))
    show_held_out([entry_of(quick, 4)], [known], console)
    row = lines_of(capsys)[1].split()
    assert row == ["4", "98.00", "2", "97.50", "95.00", "±", "7.07", "90.00", "(person", "3)"]


@pytest.mark.parametrize(
    ("first_alone", "second_alone", "p", "verdict"),
    [
        (40, 10, 0.001, "Trial 4's network is the better one on these windows."),
        (10, 40, 0.001, "Trial 5's network is the better one on these windows."),
        (12, 10, 0.01, "Luck alone can do that: neither network is shown to be better."),
    ],
)
def test_the_better_network_is_named_where_it_is_shown_to_be(
    console: Console,
    quick: StudySpec,
    first_alone: int,
    second_alone: int,
    p: float,
    verdict: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pair = entry_of(quick, 4), entry_of(quick, 5)
    show_comparison(Comparison(*pair, first_alone, second_alone, p), console)
    assert lines_of(capsys)[-1] == verdict


def test_a_trial_that_differs_is_shown_figure_by_figure(
    console: Console, quick: StudySpec, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = entry_of(quick, 4, "[b]quick")
    record = Record(entry, {"epochs": 5, "replicas": 3}, False, None, {})
    differences = [
        Difference("test accuracy", 0.98, 0.97),
        Difference("confusion matrix", [[5, 0], [1, 4]], [[4, 1], [1, 4]]),
    ]
    found = Reproduction(record, "cpu", [], differences, ["no weights"], [])
    show_reproduction(found, console)
    lines = lines_of(capsys)
    assert lines[0] == "trial 4 of study [b]quick: differs"
    assert [line.split() for line in lines[2:4]] == [
        ["test", "accuracy", "0.98", "0.97"],
        ["confusion", "matrix", "1", "of", "10", "windows", "moved"],
    ]
    assert "Identical: nothing." in lines
    assert "Not compared: no weights." in lines
    assert "the record was changed." in " ".join(lines)
    same = Reproduction(record, "cpu", ["gap", "score"], [], [], [])
    show_reproduction(same, console)
    text = " ".join(lines_of(capsys))
    assert "trial 4 of study [b]quick: identical" in text
    assert "with seed 7 and 2 that follow from it, for 5 epochs" in text
    assert "Probable causes" not in text


def test_an_export_warns_of_what_is_not_the_leaderboards(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = {"test_accuracy": 0.97, "train_accuracy": 0.98, "gap": 0.01}
    about: dict[str, Any] = {
        "trial": 4,
        "study": "quick",
        "figures": figures,
        "recorded": {"test_accuracy": 0.98, "gap": 0.01},
        "seeds": None,
        "weights": {"from": "a new training"},
        "standardize": "none",
    }
    errors = Console(stderr=True, width=300)
    show_export(Exported(Path("out"), ("model.py",), about, "no package onnx"), console, errors)
    captured = capsys.readouterr()
    assert captured.out.startswith("trial 4 of study quick is in out: model.py\n")
    different, no_onnx = captured.err.splitlines()
    assert "not the leaderboard's network, which has 98.00 % and 1.00 pp" in different
    assert no_onnx == "warning: model.onnx was left out: no package onnx"
    about["recorded"] = {"test_accuracy": 0.97, "gap": 0.01}
    show_export(Exported(Path("out"), ("model.py",), about, ""), console, errors)
    assert capsys.readouterr().err == ""
