"""A search on the screen; a real one is in acceptance/.

Covers `terminal/pace.py`, too.
"""

import io
from typing import Any

import pytest
from rich.console import Console

from har_search.challenge.rules import HOMEWORK_TRACKS
from har_search.search.events import EpochsTrained, FinishedTrial
from har_search.terminal import pace
from har_search.terminal.progress import SearchProgress


def bar_of(progress: SearchProgress) -> str:
    """Return the first line of what the terminal shows."""
    console = Console(width=80, file=io.StringIO(), color_system=None)
    console.print(progress.render())
    assert isinstance(console.file, io.StringIO)
    return " ".join(console.file.getvalue().splitlines()[0].split())


def test_it_says_from_the_start_what_happens_and_its_times_follow_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr(pace.time, "monotonic", lambda: now)
    console = Console(force_terminal=True, width=80, file=io.StringIO())
    with SearchProgress(console, HOMEWORK_TRACKS) as progress:
        now += 1
        assert bar_of(progress) == "0:01 making the search ready"
        progress.started(0, 12, 2, ())
        now += 2
        assert bar_of(progress).endswith("0/12 0:03 starting 2 workers")
        progress.training(EpochsTrained(2, 30))
        progress.training(EpochsTrained(1, 30))  # of the other
        now += 4
        assert bar_of(progress).endswith("0/12 0:07 first trials: epoch 2 of 30")
        now += 3
        progress.finished(trial(7, 0.97, "A", done=1))
        assert bar_of(progress).endswith("1/12 0:10 6.7 trials/min, 1:39 left")
        now += 1
        assert bar_of(progress).endswith("1/12 0:11 6.7 trials/min, 1:38 left")
        now += 60  # a trial that takes longer than the others
        assert bar_of(progress).endswith("1/12 1:11 6.7 trials/min, 1:30 left")
        assert progress.leader == 7
        assert [line.partition(":")[0] for line in progress.best_lines()] == [
            "best score  trial 7",
            "track A     [green]✓ trial 7",
            "track B     [dim]– none yet (test above 97.5 %)[/]",
        ]
        for done in range(2, 13):
            progress.counted(done)
        assert bar_of(progress).endswith("12/12 1:11 10.3 trials/min")


def test_no_terminal_gets_no_line_for_epochs(capsys: pytest.CaptureFixture[str]) -> None:
    with SearchProgress(Console(force_terminal=False), HOMEWORK_TRACKS) as progress:
        progress.started(0, 12, 1, ())
        progress.training(EpochsTrained(2, 30))
    assert capsys.readouterr().out == "search 1 worker\n"
    assert progress.leader is None


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
