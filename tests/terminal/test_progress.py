"""A search on the screen; a real one is in acceptance/."""

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
