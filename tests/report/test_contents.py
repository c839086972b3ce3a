"""What a report is filled with: few trials, failed ones, simulated data, and none.

Covers `board/trials.py`, too.
"""

import sqlite3
from dataclasses import replace
from pathlib import Path

import optuna
import pytest

from har_search.data.dataset import SIMULATED
from har_search.errors import NotFoundError
from har_search.report import write_report
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from tests.conftest import Entry
from tests.report.conftest import Fill, Page


def test_few_trials_are_said_to_be_few(
    sqlite_url: str, quick: StudySpec, fill: Fill, tmp_path: Path
) -> None:
    fill(sqlite_url, quick, [Entry(0.95, 0.001, pruned=True)])
    text = Page(write_report(sqlite_url, None, tmp_path / "report.html").path).text
    assert "1 finished, of which 1 pruned" in text
    assert "Too few trials to tell" in text
    assert "Only 1 trial chose a value" in text
    assert "Track A: no trial qualifies. The highest test accuracy is 95.00 %" in text
    assert "No entry was confirmed yet" in text
    assert "Learning curve" not in text  # this one was not trained here


def test_simulated_data_cannot_be_missed(
    sqlite_url: str, quick: StudySpec, fill: Fill, tmp_path: Path
) -> None:
    fill(sqlite_url, replace(quick, name="quick-simulated"), [Entry(0.97)], SIMULATED)
    with pytest.raises(NotFoundError, match=r"no study on real data .* --study NAME, of quick-sim"):
        write_report(sqlite_url, None, tmp_path / "report.html")
    text = Page(write_report(sqlite_url, "quick-simulated", tmp_path / "report.html").path).text
    assert "These are figures on SIMULATED data" in text
    fill(sqlite_url, quick, [Entry(0.91)])
    assert write_report(sqlite_url, None, tmp_path / "report.html").study == "quick"


def test_failures_are_counted_by_reason(
    sqlite_url: str, quick: StudySpec, fill: Fill, tmp_path: Path
) -> None:
    fill(sqlite_url, quick, [Entry(0.97)])
    with open_for_writing(sqlite_url) as storage:
        study = optuna.load_study(study_name="quick", storage=storage)
        for _ in range(2):
            trial = study.ask()
            trial.set_user_attr("failure", "ValueError: <nothing>")
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
        study.ask()
    text = Page(write_report(sqlite_url, None, tmp_path / "report.html").path).text
    assert "1 finished; 3 failed: ValueError: <nothing> (2 times); 1 still running" in text


def test_another_programs_study_is_not_ours(sqlite_url: str, tmp_path: Path) -> None:
    with open_for_writing(sqlite_url) as storage:
        optuna.create_study(storage=storage, study_name="other")
    with pytest.raises(NotFoundError, match="no study in this database yet"):
        write_report(sqlite_url, None, tmp_path / "report.html")
    empty = tmp_path / "empty.db"
    sqlite3.connect(empty).close()
    empty.touch()
    with pytest.raises(NotFoundError, match="no study in this database yet"):
        write_report(f"sqlite:///{empty}", None, tmp_path / "report.html")
