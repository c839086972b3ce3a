"""The command line: parse, call one function, show what it returns.

The only module that imports typer. What trains is imported inside the commands that train, so that
the others start without torch.
"""

from __future__ import annotations

import getpass
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from har_search.errors import HarSearchError, NotFoundError, OptionError
from har_search.storage import DEFAULT_URL

if TYPE_CHECKING:
    from har_search.data import Dataset
    from har_search.leaderboard import Leaderboard, Selection

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"auto_envvar_prefix": "HAR_SEARCH", "help_option_names": ["-h", "--help"]},
    help="Hyperparameter search with a leaderboard for the UCI HAR homework challenge.",
)
errors = Console(stderr=True, soft_wrap=True)


def screen() -> Console:
    """Return the console for standard output; a pipe gets lines as long as they need."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=200)


class Format(StrEnum):
    """How `leaderboard` writes the standings."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"


class Sort(StrEnum):
    """What `leaderboard` ranks by."""

    score = "score"
    test = "test"
    gap = "gap"


class Device(StrEnum):
    """Where to train."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"
    mps = "mps"


def duration(text: str | float) -> float:
    """Turn `90`, `90s`, `10m` or `1h30m` into seconds."""
    import pandas as pd

    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = pd.Timedelta(str(text)).total_seconds()
        except ValueError as error:
            raise typer.BadParameter(f"{text!r} is no duration; write 90s, 10m or 1h30m") from error
    if not seconds > 0:
        raise typer.BadParameter("must be longer than 0")
    return seconds


def environment(name: str) -> list[str]:
    """Name the variable that every command shares for an option."""
    return [f"HAR_SEARCH_{name}"]


Storage = Annotated[
    str,
    typer.Option(
        metavar="URL",
        envvar=environment("STORAGE"),
        help="Database URL, such as sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE.",
    ),
]
Data = Annotated[
    str,
    typer.Option(
        metavar="PATH|auto|uci|simulated",
        envvar=environment("DATA"),
        help="UCI's zip or folder. auto downloads it once and falls back to simulated data; "
        "uci never falls back.",
    ),
]
StudyFilter = Annotated[
    str | None,
    typer.Option("--study", metavar="NAME", envvar=environment("STUDY"), help="Only this study."),
]


@app.command()
def run(
    trials: Annotated[
        int,
        typer.Option(
            min=1,
            envvar=environment("TRIALS"),
            help="Finished trials that the study shall have in all; running again continues.",
        ),
    ] = 200,
    timeout: Annotated[
        float | None,
        typer.Option(
            parser=duration,
            metavar="TIME",
            envvar=environment("TIMEOUT"),
            help="Start no new trial after this long: 90s, 10m, 1h30m.",
        ),
    ] = None,
    study: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            envvar=environment("STUDY"),
            help="A shipped study (homework, lesson, wide) or the path of a study file.",
        ),
    ] = "homework",
    storage: Storage = DEFAULT_URL,
    data: Data = "auto",
    student: Annotated[
        str | None,
        typer.Option(
            envvar=environment("STUDENT"), help="Who the entries belong to; else the login name."
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, envvar=environment("SEED"), help="Makes the search repeatable."),
    ] = None,
    device: Annotated[
        Device, typer.Option(envvar=environment("DEVICE"), help="Where to train; auto is the CPU.")
    ] = Device.auto,
) -> None:
    """Search: train and score configurations until the study has its trials."""
    from har_search.study_file import load_spec

    console = screen()
    spec = load_spec(study)
    dataset = load_data(data, console)
    with console.status("starting torch and Optuna"):
        from har_search.progress import SearchProgress
        from har_search.search import SearchOptions, search, study_name
    name = study_name(spec, dataset)
    show_data(dataset, console)
    console.print(f"study  {escape(name)}: {escape(spec.description)}")
    options = SearchOptions(
        trials=trials,
        student=student or getpass.getuser(),
        timeout_seconds=timeout,
        seed=seed,
        device=device.value,
    )
    with SearchProgress(console, spec.tracks) as progress:
        outcome = search(spec, storage, dataset, options, progress)
    console.print()
    from har_search.leaderboard import Selection

    show_leaderboard(storage, Selection(study=name, top=10), console)
    again = "" if study == "homework" else f" --study {study}"
    if outcome.done >= trials:
        console.print(f"\nThe study has its {outcome.done} trials.", end=" ")
    else:
        why = "Interrupted" if outcome.interrupted else "Out of time"
        console.print(f"\n{why} at {outcome.done} of {trials} trials; all are kept.", end=" ")
        console.print(f"Go on with `har-search run --trials {trials}{again}`.", end=" ")
    only = "" if dataset.name == "uci-har" else f" --study {name}"
    console.print(
        f"Next: `har-search leaderboard{only}`, `har-search show TRIAL{only}`", markup=False
    )
    if outcome.interrupted:
        raise typer.Exit(130)


@app.command()
def leaderboard(
    study: StudyFilter = None,
    track: Annotated[
        str | None,
        typer.Option(envvar=environment("TRACK"), help="Only entries that qualify, such as A."),
    ] = None,
    student: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this student's entries.")
    ] = None,
    best_per_student: Annotated[
        bool,
        typer.Option(
            "--best-per-student",
            envvar=environment("BEST_PER_STUDENT"),
            help="One entry a student, the best.",
        ),
    ] = False,
    sort: Annotated[
        Sort | None,
        typer.Option(
            envvar=environment("SORT"),
            help="Default: score, or within a track test accuracy, then gap, then parameters.",
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            min=1,
            envvar=environment("TOP"),
            help="How many entries; default 20, and all in JSON and CSV.",
        ),
    ] = None,
    format: Annotated[
        Format, typer.Option(envvar=environment("FORMAT"), help="How to write it.")
    ] = Format.table,
    watch: Annotated[
        bool,
        typer.Option("--watch", envvar=environment("WATCH"), help="Show it anew every 2 seconds."),
    ] = False,
    storage: Storage = DEFAULT_URL,
) -> None:
    """Rank the finished trials, over all studies on real data or one study."""
    from har_search.leaderboard import Selection

    if top is None and format in (Format.table, Format.markdown):
        top = 20
    selection = Selection(
        study, track, student, best_per_student, None if sort is None else sort.value, top
    )
    console = screen()
    if not watch:
        show_leaderboard(storage, selection, console, format)
        return
    if format is not Format.table:
        raise OptionError("--watch shows a table; leave --format out")
    while True:
        console.clear()
        show_leaderboard(storage, selection, console)
        console.print("[dim]every 2 s; Ctrl-C ends[/]")
        time.sleep(2)


@app.command()
def show(
    trial: Annotated[int, typer.Argument(min=0, help="The trial's number on the leaderboard.")],
    study: StudyFilter = None,
    storage: Storage = DEFAULT_URL,
) -> None:
    """Show one trial: figures, differences from the lesson, and the network to paste."""
    from har_search import model
    from har_search.show import differences, figures, find_trial, mlp_config

    row = find_trial(storage, trial, study)
    console = screen()
    console.print(f"[bold]trial {row['trial']} of study {escape(row['study'])}[/]")
    for line in figures(row):
        console.print(f"  {escape(line)}")
    console.print("\n[bold]What differs from the lesson's network[/]")
    for line in differences(row["params"]) or ["nothing: this is the lesson's own network"]:
        console.print(f"  {escape(line)}")
    console.print("\n[bold]The network[/]")
    console.print(model.source(mlp_config(row["params"])), markup=False, soft_wrap=True)


@app.command()
def data(data: Data = "auto") -> None:
    """Fetch the data set, verify it and describe what is there."""
    from har_search.data.describe import describe, verify

    console = screen()
    located = locate_data(data, console)
    verify(located)
    for line in describe(located):
        console.print(line, markup=False, soft_wrap=True)


def load_data(data: str, console: Console) -> Dataset:
    """Find the data set, showing a download's progress."""
    return locate_data(data, console).dataset


def locate_data(data: str, console: Console):  # type: ignore[no-untyped-def]
    """Find the data set, showing a download's progress and warning of a fallback."""
    from rich.panel import Panel
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    from har_search.data.locate import locate

    with Progress(
        TextColumn("downloading UCI HAR"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
    ) as progress:
        tasks = []

        def on_progress(done: int, total: int) -> None:
            if not tasks:
                tasks.append(progress.add_task("download", total=total))
            progress.update(tasks[0], completed=done)

        located = locate(
            data, on_progress=on_progress, on_parse=lambda: console.print("parsing the data set …")
        )
    if located.fallback_reason is not None:
        Console(stderr=True).print(
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
    console.print(
        f"data   {dataset.name} {dataset.fingerprint}: {len(dataset.train.labels):,} training and "
        f"{len(dataset.test.labels):,} test windows from {escape(dataset.source)}",
        soft_wrap=True,
    )


def show_leaderboard(
    storage: str, selection: Selection, console: Console, format: Format = Format.table
) -> None:
    """Query and write the standings."""
    from har_search import render
    from har_search.leaderboard import leaderboard, study_names

    board = leaderboard(storage, selection)
    names = study_names(storage) if board.standings.empty else []
    if selection.study is not None and names and selection.study not in names:
        raise NotFoundError(f"no study '{selection.study}'; there is {', '.join(names)}")
    if format is Format.json:
        print(render.to_json(board))
    elif format is Format.csv:
        print(render.to_csv(board))
    elif format is Format.markdown:
        print(render.to_markdown(board))
    elif board.standings.empty:
        console.print(nothing_to_show(selection, names), markup=False)
    else:
        show_table(board, console)


def show_table(board: Leaderboard, console: Console) -> None:
    """Write the leaders, the table and what it was selected from."""
    from har_search import render

    console.print(render.leaders_line(board), markup=False, soft_wrap=True)
    console.print()
    console.print(render.table(board, console))
    console.print(
        f"\n[dim]{len(board.standings)} of {board.finished} finished trials; each figure was "
        "selected on the test set, so expect a little less from a new seed.[/]",
        soft_wrap=True,
    )


def nothing_to_show(selection: Selection, names: list[str]) -> str:
    """Say that no trial is there to rank, and what to run."""
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


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Show what a person can mend as one line on stderr and exit 1; Ctrl-C exits 130."""
    try:
        yield
    except HarSearchError as error:
        message = " ".join(str(error).split())
        errors.print(f"[bold red]error:[/] {escape(message)}")
        sys.exit(1)
    except KeyboardInterrupt:
        errors.print("interrupted; what was finished is kept")
        sys.exit(130)


def main() -> None:
    """Run the command line."""
    with one_line_errors():
        app(prog_name="har-search")
