"""What commands show: the data, the standings, and the consoles that they are written to."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from har_search.challenge.inputs import label
from har_search.challenge.words import counted, visible
from har_search.errors import NotFoundError
from har_search.terminal.console import TextConsole, say
from har_search.terminal.hints import NO_OPTIONS, Hints

if TYPE_CHECKING:
    from rich.console import Console

    from har_search.board.standings import Leaderboard, Selection
    from har_search.data.dataset import Dataset
    from har_search.data.locate import Located
    from har_search.search.run import SearchOptions, SearchOutcome
    from har_search.study.spec import StudySpec

errors = TextConsole(stderr=True, soft_wrap=True)


def screen() -> Console:
    """Return the console for standard output; a pipe gets lines as long as they need."""
    console = TextConsole(highlight=False)
    return console if console.is_terminal else TextConsole(highlight=False, width=200)


def warn(text: str) -> None:
    """Write a warning on stderr."""
    say(errors, Text.assemble(("warning:", "bold yellow"), f" {text}"))


class Format(StrEnum):
    """How `leaderboard` writes the standings."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"


def locate_data(data: str) -> Located:
    """Find the data set, showing a download's progress and warning of a fallback."""
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    from har_search.data.locate import locate  # httpx and NumPy: not for every command

    progress = Progress(
        "downloading UCI HAR",
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=errors,
    )
    task = progress.add_task("download", total=None)

    def on_progress(done: int, total: int) -> None:
        progress.start()
        progress.update(task, completed=done, total=total)

    def on_parse() -> None:
        errors.print("parsing the data set, once …")

    try:
        located = locate(data, on_progress=on_progress, on_parse=on_parse)
    finally:
        if progress.live.is_started:
            progress.stop()
    if located.fallback_reason is not None:
        TextConsole(stderr=True).print(
            Panel(
                "[bold]These are SIMULATED data, not the homework's.[/]\n"
                f"{escape(located.fallback_reason)}.\n"
                "Figures on them say nothing about the challenge and stand in a study of their "
                "own. For the real data connect to the Internet, or give a copy of UCI's zip "
                "with --data PATH.",
                title="no real data",
                border_style="red",
            )
        )
    return located


def show_data(dataset: Dataset, console: Console) -> None:
    """Name the data in one line."""
    say(
        console,
        f"data   {dataset.name} {dataset.fingerprint}: {len(dataset.train.labels):,} training and "
        f"{len(dataset.test.labels):,} test windows from {dataset.source}",
    )


def show_study(spec: StudySpec, dataset: Dataset, console: Console) -> None:
    """Name the study in one line."""
    from har_search.storage.studies import study_name  # SQLAlchemy: not for every command

    described = f": {visible(spec.description)}" if spec.description else ""
    words = label(spec.inputs)
    say(
        console,
        f"study  {study_name(spec, dataset.name)}{described}{f' ({words})' if words else ''}",
    )


def show_ending(
    outcome: SearchOutcome,
    options: SearchOptions,
    console: Console,
    hints: Hints,
    best: int | None,
) -> None:
    """Say why the search ended, and what to type next.

    `best` is the number of the trial to look at, None where none is finished.
    """
    done, total = outcome.done, options.trials
    line = {
        "complete": f"The study has its {counted(done, 'trial')}.",
        "tracks": f"Track {' and '.join(options.until)}: found, at {done} of {total} trials.",
        "time": f"Out of time at {done} of {total} trials; all are kept.",
        "interrupted": f"Interrupted at {done} of {total} trials; all are kept.",
    }[outcome.ending]
    say(console, f"\n{line}{' Go on with' if done < total else ''}")
    if done < total:
        _show_command(hints.command("run", "--trials", total), console)
    if best is None:
        return
    say(console, "Next, look at the best, and see which of the best hold with fresh seeds:")
    _show_command(hints.command("show", best), console)
    _show_command(hints.command("confirm"), console)


def _show_command(line: str, console: Console) -> None:
    """Write a command on a line of its own, to copy."""
    console.print(f"  {line}", markup=False, soft_wrap=True)


def show_leaderboard(
    storage: str,
    selection: Selection,
    console: Console,
    output_format: Format = Format.table,
    hints: Hints = NO_OPTIONS,
) -> None:
    """Query and write the standings; `hints` completes the commands that a table names."""
    from har_search.board import formats
    from har_search.board.standings import leaderboard, study_names

    board = leaderboard(storage, selection)
    names = [] if board.standings else study_names(storage)
    if selection.study is not None and names and selection.study not in names:
        raise NotFoundError(f"no study '{selection.study}'; there is {', '.join(names)}")
    if output_format is Format.json:
        print(formats.to_json(board))
    elif output_format is Format.csv:
        print(formats.to_csv(board))
    elif output_format is Format.markdown:
        print(formats.to_markdown(board))
    elif not board.standings:
        say(console, hints.whole(nothing_to_show(storage, selection, names)))
    else:
        show_table(board, console, hints)


def show_table(board: Leaderboard, console: Console, hints: Hints = NO_OPTIONS) -> None:
    """Write the leaders, the table and what it was selected from."""
    from har_search.board import words
    from har_search.terminal.table import table

    leaders = [leader for leader in board.leaders.values() if leader is not None]
    led = words.leaders_line(board)
    if console.is_terminal and cell_len(led) > console.width:
        led = led.replace("   Track ", "\nTrack ")
    say(console, led)
    console.print()
    console.print(table(board.standings, console))
    foot = hints.whole(words.foot(board.standings))
    finished = counted(board.finished, "finished trial")
    say(console, f"\n{len(board.standings)} of {finished}; {foot}", "dim")
    legend = words.pruned_legend(board.standings)
    for note in [*filter(None, [legend]), *words.input_notes([*board.standings, *leaders])]:
        say(console, note, "dim")


def nothing_to_show(storage: str, selection: Selection, names: list[str]) -> str:
    """Say that no trial is there to rank, and what to run."""
    if selection.confirmed:
        from har_search.board.standings import leaderboard

        finished = leaderboard(storage, replace(selection, confirmed=False, top=1)).ranked
        if finished:
            trials = counted(finished, "finished trial")
            return (
                f"No entry is confirmed yet, of {trials}; `har-search confirm` trains the best "
                "again with fresh seeds."
            )
    filters = (selection.track, selection.student)
    if any(value is not None for value in filters):
        return "No finished trial fits these filters yet; `har-search leaderboard` shows all."
    simulated = [name for name in names if name.endswith("-simulated")]
    if selection.study is None and simulated:
        return (
            "No finished trial on real data yet; `har-search leaderboard --study "
            f"{simulated[0]}` shows simulated ones."
        )
    return "No finished trial yet; run `har-search run --trials 200` first."
