"""A search on the screen: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from har_search.challenge.rules import Track
from har_search.challenge.words import counted, percent, visible
from har_search.search.events import EpochsTrained, FailedTrial, FinishedTrial
from har_search.terminal.console import say
from har_search.terminal.hints import NO_OPTIONS, Hints
from har_search.terminal.pace import Pace, clock

if TYPE_CHECKING:
    from har_search.challenge.held_out import HeldOutPeople
    from har_search.entries.confirm import Progress as Progressed
    from har_search.entries.entry import Entry


class SearchProgress:
    """A `search.Watcher` that shows trials done, pace, time left and each track's best so far."""

    def __init__(
        self, console: Console, tracks: tuple[Track, ...], hints: Hints = NO_OPTIONS
    ) -> None:
        self.console, self.tracks, self.hints = console, tracks, hints
        self.best: dict[str, FinishedTrial] = {}
        self.best_score: FinishedTrial | None = None
        self.unkept: list[FinishedTrial] = []
        self.trained: EpochsTrained | None = None
        self.bar = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(20 if console.width < 100 else 40),
            MofNCompleteColumn(),
            TextColumn("{task.fields[elapsed]}  {task.fields[status]}"),
            console=console,
        )
        self.task = self.bar.add_task("trials", total=None, elapsed="", status="")
        self.workers, self.begun = 0, time.monotonic()
        self.pace: Pace | None = None  # before the search starts
        self.live = (
            Live(console=console, refresh_per_second=4, get_renderable=self.render)
            if console.is_terminal
            else None
        )

    def __enter__(self) -> SearchProgress:
        if self.live is not None:
            self.live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.live is not None:
            self.live.transient |= self.pace is None
            self.live.stop()
        elif len(self.unkept) > 1:  # the first was told of when it finished
            say(self.console, self.unkept_line(), "yellow")

    def render(self) -> Group:
        """Return what the terminal shows now, by the clock."""
        elapsed = clock(time.monotonic() - self.begun)
        if self.pace is None:
            return Group(Text(f"{elapsed}  making the search ready"))
        self.bar.update(self.task, elapsed=elapsed, status=self.status(self.pace.words()))
        lines = [Text.from_markup(line) for line in self.best_lines()]
        if self.unkept:
            lines.append(Text(self.unkept_line(), style="yellow"))
        return Group(self.bar, *lines)

    def unkept_line(self) -> str:
        """Say which trials' files could not be kept, why, and how to get them."""
        numbers = [str(each.number) for each in self.unkept]
        trials = f"trial{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
        export = self.hints.whole(f"`har-search export {numbers[0]} --to DIR`")
        return visible(
            f"the files of {trials} could not be kept in {self.unkept[-1].unkept}; "
            f"their figures are, and {export} makes a trial's network again"
        )

    def best_lines(self) -> list[str]:
        """Say who leads, a line for the score and one for each track, ticked where it qualifies."""
        lines = []
        if self.best_score is not None:
            lines.append(f"best score  {_numbered(self.best_score)}")
        for track in self.tracks:
            label = f"track {escape(track.name)}"
            if track.name in self.best:
                lines.append(f"{label}     [green]✓ {_numbered(self.best[track.name])}[/]")
            else:
                lines.append(f"{label}     [dim]– none yet ({track.rule})[/]")
        return lines

    def started(
        self, done: int, total: int, workers: int, leaders: Sequence[FinishedTrial]
    ) -> None:
        """Show the bar, and who leads from earlier."""
        if done < total:
            self.console.print(f"search {counted(workers, 'worker')}")
        for trial in leaders:
            self.keep(trial)
        self.pace, self.workers, self.total = Pace(done, total), workers, total
        self.bar.update(self.task, total=total, completed=done)
        if self.live is not None and done >= total:
            self.live.transient = True
            self.live.stop()

    def finished(self, trial: FinishedTrial) -> None:
        """Count a trial and keep it where it leads."""
        self.keep(trial)
        self.counted(trial.done)
        if self.live is None:
            note = "pruned" if trial.pruned else "complete"
            tracks = f" track {' '.join(trial.tracks)}" if trial.tracks else ""
            self.console.print(
                f"{trial.done}/{self.total} trial {trial.number} {note}: {_figures(trial)}, "
                f"{_seeds(trial)}{trial.epochs} epochs in {trial.seconds:.1f} s{tracks}",
                highlight=False,
                soft_wrap=True,
            )
        if trial.unkept is not None:
            self.unkept.append(trial)
            if self.live is None and len(self.unkept) == 1:
                say(self.console, self.unkept_line(), "yellow")

    def counted(self, done: int) -> None:
        """Move the bar, also for what other machines did."""
        if self.pace is not None:
            self.pace.counted(done)
        self.bar.update(self.task, completed=done)

    def keep(self, trial: FinishedTrial) -> None:
        """Remember a trial where it leads."""
        if self.best_score is None or trial.score > self.best_score.score:
            self.best_score = trial
        for track in trial.tracks:
            leader = self.best.get(track)
            if leader is None or _track_order(trial) < _track_order(leader):
                self.best[track] = trial

    def training(self, trained: EpochsTrained) -> None:
        """Remember how far the first trials are, by the one that is furthest."""
        if self.trained is None or trained.epoch > self.trained.epoch:
            self.trained = trained

    def status(self, pace: str) -> str:
        """Say what happens: workers start, first trials train, or the pace and the time left."""
        if pace:
            return pace
        if self.trained is None:
            return f"starting {counted(self.workers, 'worker')}"
        first = "first trial" if self.workers == 1 else "first trials"
        return f"{first}: epoch {self.trained.epoch} of {self.trained.epochs}"

    @property
    def leader(self) -> int | None:
        """The number of the trial to look at: a track's leader or the best; None before any."""
        leaders = [self.best[track.name] for track in self.tracks if track.name in self.best]
        best = next(iter(leaders), self.best_score)
        return None if best is None else best.number

    def failed(self, trial: FailedTrial) -> None:
        """Show why a trial failed."""
        say(self.console, f"trial {trial.number} failed: {trial.reason}", "yellow")

    def replaced(self, exit_code: int) -> None:
        """Tell that a worker died."""
        say(
            self.console,
            f"a worker died (exit code {exit_code}); another takes its place, and its trial's "
            "parameters are tried again",
            "yellow",
        )

    def lingering(self, workers: int, seconds: float) -> None:
        """Tell for what the search waits at its end."""
        say(
            self.console,
            f"all trials are finished; waiting {seconds:.0f} s at most for "
            f"{counted(workers, 'worker')} to end",
            "yellow",
        )

    def stopping(self) -> None:
        """Acknowledge Ctrl-C."""
        self.console.print("stopping after this epoch; once more stops at once", style="yellow")


def _figures(trial: FinishedTrial) -> str:
    spread = "" if trial.test_accuracy_sd is None else f" ± {percent(trial.test_accuracy_sd)}"
    return (
        f"test {percent(trial.test_accuracy)}{spread} % gap {percent(trial.gap)} pp "
        f"score {percent(trial.score)}"
    )


def _numbered(trial: FinishedTrial) -> str:
    return f"trial {trial.number}: {_figures(trial)}"


def _seeds(trial: FinishedTrial) -> str:
    return "" if trial.replicas == 1 else f"{trial.replicas} seeds of "


def _track_order(trial: FinishedTrial) -> tuple[float, float, int, int]:
    return (-trial.test_accuracy, trial.gap, trial.parameters, trial.number)


class EntriesProgress:
    """Shows entries being trained again: a bar each on a terminal, else a line for each result."""

    def __init__(self, console: Console, entries: Sequence[Entry], total: int, unit: str) -> None:
        self.console, self.unit = console, unit
        self.bars = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self.tasks = {
            entry: self.bars.add_task(f"trial {entry.number}", total=total, figures=unit)
            for entry in entries
        }
        self.told: dict[Entry, int] = {}

    def __enter__(self) -> EntriesProgress:
        self.bars.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.bars.stop()

    def confirmed(self, progress: Progressed) -> None:
        """Show an entry's figures with fresh seeds so far."""
        tests = progress.confirmed.test_accuracies
        mean = sum(tests) / len(tests) if tests else None
        self._show(progress.entry, len(tests), mean, done=progress.done)

    def held_out(self, entry: Entry, known: HeldOutPeople) -> None:
        """Show an entry's figures on people held out so far."""
        self._show(entry, len(known.people), known.mean if known.people else None)

    def killed(self, workers: int) -> None:
        """Tell that a process was killed, and how many go on."""
        say(
            self.console,
            f"a process that trains was killed; is there memory enough? {workers} "
            f"{'try' if workers > 1 else 'tries'} again what was not finished",
            "yellow",
        )

    def _show(self, entry: Entry, count: int, mean: float | None, *, done: bool = False) -> None:
        figures = self.unit if mean is None else f"{self.unit}, {percent(mean)} % mean"
        total = count if done else None  # None leaves it as it is
        self.bars.update(self.tasks[entry], total=total, completed=count, figures=figures)
        if not self.console.is_terminal and count and self.told.get(entry) != count:
            self.console.print(f"trial {entry.number}: {count} {figures}")
        self.told[entry] = count
