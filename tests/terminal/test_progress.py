"""A search on the screen; a real one is in acceptance/."""

import pytest

from har_search.terminal import progress as progress_module


def test_the_clock_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    from har_search.challenge.rules import HOMEWORK_TRACKS

    now = iter([0.0, 30.0])
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: next(now))
    progress = progress_module.SearchProgress(Console(force_terminal=False), HOMEWORK_TRACKS)
    progress.started(10, 30, 2, ())
    assert progress.pace(15) == "10.0 trials/min, 1:30 left"
