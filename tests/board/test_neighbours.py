"""What a diagnosis reads of a study, in a database of each kind, and where it is shown."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from har_search.board.diagnosis import diagnose_study
from har_search.board.neighbours import findings, neighbours
from har_search.board.standings import find_trial
from har_search.challenge.figures import Curve, Details
from har_search.report import write_report
from har_search.storage import details
from har_search.storage.database import open_for_writing
from har_search.study.file import load_spec
from har_search.study.spec import StudySpec
from har_search.web.pages import make_pages
from tests.conftest import Entry, Ran
from tests.report.conftest import Page

Fill = Callable[..., None]
JUMPY = [0.9, 0.93] * 5
PEAK = "Unstable: epoch 3 has 98.00 % on test, the epochs around it (1 to 6) typically 5.0 pp less."


def keep_curves(url: str, study: str, numbers: range) -> None:
    """Give trials a curve whose third epoch, the checkpoint's, is a peak."""
    tests = [*JUMPY[:2], 0.98, *JUMPY[3:]]
    curve = Curve([0.5] * 10, [0.95] * 10, tests, [None] * 10)
    with open_for_writing(url) as storage:
        for number in numbers:
            details.save(storage, study, number, Details(curve, [[1] * 6] * 6))


@pytest.fixture
def unstable(url: str, fill: Fill) -> str:
    """A study of its starts, failed, and 24 trials, of which 22 have a curve with a peak."""
    spec = load_spec("homework")
    fill(url, spec, [Entry(0.98, 0.001 + n / 1e4, width=64 + n) for n in range(24)])
    first = len(spec.starts)
    keep_curves(url, "homework", range(first, first + 22))
    return url


def test_neighbours_are_the_trials_that_have_a_curve(unstable: str) -> None:
    spec, found = neighbours(unstable, "homework")
    assert spec.name == "homework"
    assert len(found) == 22
    one = found[1]
    assert one.params["width"] == 65
    assert one.params["batch_norm"] in (True, False)
    assert one.params["label_smoothing"] == 0.2  # fixed ones, too
    assert (one.test_accuracy, one.gap, one.epoch, one.epochs) == (0.98, 0.0011, 3, 10)
    assert one.curve[2] == 0.98


def test_a_studys_starts_are_no_neighbours(kept: str) -> None:
    starts = sum(each is not None for each in [details.read(kept, "quick", n) for n in range(3)])
    _, found = neighbours(kept, "quick")
    assert (starts, len(found)) == (3, 2)  # the lesson's own network has another recipe


def test_an_entry_without_a_curve_is_not_diagnosed(sqlite_url: str, fill: Fill) -> None:
    spec = load_spec("homework")
    fill(sqlite_url, spec, [Entry(0.98)])
    number = len(spec.starts)
    assert findings(sqlite_url, find_trial(sqlite_url, number), None) == []
    assert diagnose_study(*neighbours(sqlite_url, "homework")) == []


def test_show_page_and_report_say_the_same(
    unstable: str, har_search: Callable[..., Ran], tmp_path: Path
) -> None:
    number = len(load_spec("homework").starts)
    shown = har_search("show", number, "--storage", unstable)
    assert f"{PEAK} Try a lower learning rate" in " ".join(shown.out.split())
    response = make_pages(unstable).test_client().get(f"/studies/homework/trials/{number}")
    assert "Why, and what next" in response.text
    assert f"<p>{PEAK} <b>Try a lower learning rate" in response.text
    report = Page(write_report(unstable, "homework", tmp_path / "report.html").path).text
    assert (
        "Unstable: in the typical trial test accuracy jumps by 3.0 pp from epoch to epoch; of 22 "
        "checkpoints 22 lie 2.0 pp or more above the epochs around them." in report
    )
    assert PEAK in report


def test_too_little_is_not_diagnosed(
    sqlite_url: str, quick: StudySpec, fill: Fill, har_search: Callable[..., Ran]
) -> None:
    fill(sqlite_url, replace(quick, name="few"), [Entry(0.98, pruned=True)] * 3)
    number = len(quick.starts)
    curve = Curve([0.5] * 3, [0.95] * 3, [0.7, 0.98, 0.71], [None] * 3)
    with open_for_writing(sqlite_url) as storage:
        details.save(storage, "few", number, Details(curve, [[1] * 6] * 6))
    shown = har_search("show", number, "--storage", sqlite_url).out
    assert "Unstable" not in shown
    assert diagnose_study(*neighbours(sqlite_url, "few")) == []
    page = make_pages(sqlite_url).test_client().get(f"/studies/few/trials/{number}").text
    assert "Learning curve" in page
    assert "Why, and what next" not in page
