"""What words stand for: studies, tracks and data."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from har_search.challenge.rules import HOMEWORK_TRACKS
from har_search.cli.choices import (
    chosen_tracks,
    data_of,
    find_study,
    student_name,
    study_filter,
)
from har_search.data.dataset import SIMULATED
from har_search.errors import OptionError, StudyFileError
from har_search.study.spec import StudySpec


def test_tracks_are_taken_in_either_case(quick: StudySpec) -> None:
    spec = replace(quick, tracks=HOMEWORK_TRACKS)
    assert chosen_tracks(None, spec) == ()
    assert chosen_tracks("b, A", spec) == ("B", "A")
    for wrong in ("C", "A,,B", ""):
        with pytest.raises(OptionError, match="the study's tracks are A, B"):
            chosen_tracks(wrong, spec)


def test_a_name_that_cannot_be_written_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert student_name("Zoë 李") == "Zoë 李"
    for wrong in ("caf\udce9", "ann\n", "\x1b[2J"):
        with pytest.raises(OptionError, match="--student NAME"):
            student_name(wrong)
    monkeypatch.setenv("LOGNAME", "caf\udce9")
    with pytest.raises(OptionError, match=r"name caf\\xe9 holds"):
        student_name(None)
    monkeypatch.setenv("LOGNAME", "cas")
    assert student_name(None) == "cas"


def test_simulated_data_are_taken_unasked_only_where_a_study_has_them() -> None:
    assert data_of(SIMULATED, "auto") == SIMULATED
    assert data_of(SIMULATED, "uci.zip") == "uci.zip"
    assert data_of("uci-har", "auto") == "auto"


def test_a_study_is_a_file_a_shipped_one_or_in_the_database(
    sqlite_url: str, quick: StudySpec, quick_file: str, fill: Callable[..., None]
) -> None:
    nowhere = "sqlite:///gone.db"
    assert find_study("lesson", nowhere, "auto")[0].name == "lesson"
    assert find_study(quick_file, nowhere, "auto")[0].name == "quick"
    with pytest.raises(StudyFileError):
        find_study("quick-simulated", nowhere, "auto")
    fill(sqlite_url, replace(quick, name="quick-simulated"), [], SIMULATED)
    found, data = find_study("quick-simulated", sqlite_url, "auto")
    assert (found.epochs, data) == (quick.epochs, SIMULATED)
    with pytest.raises(StudyFileError):
        find_study("quick-simulated.toml", sqlite_url, "auto")


def test_a_filter_takes_a_name_or_a_file(quick_file: str) -> None:
    assert study_filter(None) is None
    assert study_filter("anything") == "anything"
    assert study_filter(quick_file) == "quick"
