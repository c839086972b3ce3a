"""A search on the screen; a real one is in acceptance/."""

import io
from typing import Any

import pytest
from rich.console import Console

from har_search.challenge.rules import HOMEWORK_TRACKS
from har_search.search.events import FinishedTrial
from har_search.terminal import progress as progress_module
from har_search.terminal.progress import SearchProgress


def test_the_clock_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 30.0])
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: next(now))
    progress = progress_module.SearchProgress(Console(force_terminal=False), HOMEWORK_TRACKS)
    progress.started(10, 30, 2, ())
    assert progress.pace(15) == "10.0 trials/min, 1:30 left"


def trial(number: int, test: float, *tracks: str, **more: Any) -> FinishedTrial:
    figures = {"gap": 0.01, "parameters": 100, "epochs": 5, "seconds": 1.25, "done": number + 1}
    return FinishedTrial(number, False, test, test, tracks=tracks, **figures | more)


def test_the_best_of_each_track_and_by_score_are_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with SearchProgress(Console(force_terminal=False, width=200), HOMEWORK_TRACKS) as progress:
        progress.started(1, 5, 2, [trial(0, 0.97, "A")])
        assert [line.partition("[")[0].split() for line in progress.best_lines()][1:] == [
            ["track", "A"],
            ["track", "B"],
        ]
        assert "none yet (test above 97.5 %)" in progress.best_lines()[2]
        progress.finished(trial(1, 0.97, "A", parameters=50))  # as good, and smaller
        progress.finished(trial(2, 0.98, "B", replicas=3, test_accuracy_sd=0.002))
        progress.finished(trial(3, 0.96))
    assert progress.best["A"].number == 1
    assert progress.best["B"].number == progress.best_score.number == 2
    assert capsys.readouterr().out.splitlines() == [
        "search 2 workers",
        "2/5 trial 1 complete: test 97.00 % gap 1.00 pp score 97.00, 5 epochs in 1.2 s track A",
        "3/5 trial 2 complete: test 98.00 ± 0.20 % gap 1.00 pp score 98.00, 3 seeds of 5 epochs "
        "in 1.2 s track B",
        "4/5 trial 3 complete: test 96.00 % gap 1.00 pp score 96.00, 5 epochs in 1.2 s",
    ]


def test_files_that_could_not_be_kept_are_told_once_and_named_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    full = "/a/\x1b[31mred: No space left on device"
    with SearchProgress(Console(force_terminal=False, width=80), HOMEWORK_TRACKS) as progress:
        progress.started(0, 4, 1, ())
        for number, unkept in enumerate([None, full, full, full]):
            progress.finished(trial(number, 0.96, unkept=unkept))
    told = [line for line in capsys.readouterr().out.splitlines() if "kept" in line]
    where = "could not be kept in /a/\\x1b[31mred: No space left on device; "
    assert [line.partition("their")[0] for line in told] == [
        f"the files of trial 1 {where}",
        f"the files of trials 1, 2, 3 {where}",
    ]
    assert "`har-search export 1 --to DIR`" in told[0]


def test_a_live_display_has_a_line_of_the_files_that_could_not_be_kept() -> None:
    console = Console(force_terminal=True, width=200, record=True, file=io.StringIO())
    with SearchProgress(console, HOMEWORK_TRACKS) as progress:
        progress.started(0, 4, 1, ())
        for number in (1, 2):
            progress.finished(trial(number, 0.96, unkept="/a: Permission denied"))
        *_, last = progress.render().renderables
    assert str(last).startswith(
        "the files of trials 1, 2 could not be kept in /a: Permission denied"
    )
    assert "files of trials 1, 2" in console.export_text()
