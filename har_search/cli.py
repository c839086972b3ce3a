"""The command line: parse, call one function, show what it returns.

The only module that imports typer. What trains is imported inside the commands that train, so that
the others start without torch.
"""

from __future__ import annotations

import getpass
import sys
import time
from enum import StrEnum
from importlib import metadata
from typing import Annotated, NoReturn

import typer
from rich.markup import escape
from typer.exceptions import TyperException

from har_search.errors import HarSearchError, OptionError
from har_search.screen import (
    Format,
    errors,
    locate_data,
    screen,
    show_data,
    show_leaderboard,
)
from har_search.storage import DEFAULT_URL

app = typer.Typer(
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"auto_envvar_prefix": "HAR_SEARCH", "help_option_names": ["-h", "--help"]},
)


@app.callback()
def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", envvar="")
    ] = False,
) -> None:
    """Hyperparameter search with a leaderboard for the UCI HAR homework challenge."""
    if version:
        print(f"har-search {metadata.version('har-search')}")
    elif context.invoked_subcommand is None:
        print(context.get_help())
    else:
        return
    raise typer.Exit


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


Storage = Annotated[
    str,
    typer.Option(
        metavar="URL",
        envvar="HAR_SEARCH_STORAGE",
        help="Database URL, such as sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE.",
    ),
]
Data = Annotated[
    str,
    typer.Option(
        metavar="PATH|auto|uci|simulated",
        envvar="HAR_SEARCH_DATA",
        help="UCI's zip or folder. auto downloads it once and falls back to simulated data; "
        "uci never falls back.",
    ),
]
StudyFilter = Annotated[
    str | None,
    typer.Option(
        "--study", metavar="NAME|FILE", envvar="HAR_SEARCH_STUDY", help="Only this study."
    ),
]


@app.command()
def run(
    trials: Annotated[
        int,
        typer.Option(
            min=1,
            envvar="HAR_SEARCH_TRIALS",
            help="Finished trials that the study shall have in all; running again continues.",
        ),
    ] = 200,
    timeout: Annotated[
        float | None,
        typer.Option(
            parser=duration,
            metavar="TIME",
            envvar="HAR_SEARCH_TIMEOUT",
            help="Start no new trial after this long: 90s, 10m, 1h30m.",
        ),
    ] = None,
    study: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            envvar="HAR_SEARCH_STUDY",
            help="A shipped study (homework, lesson, wide) or the path of a study file.",
        ),
    ] = "homework",
    storage: Storage = DEFAULT_URL,
    data: Data = "auto",
    student: Annotated[
        str | None,
        typer.Option(
            envvar="HAR_SEARCH_STUDENT", help="Who the entries belong to; else the login name."
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, envvar="HAR_SEARCH_SEED", help="Makes the search repeatable."),
    ] = None,
    device: Annotated[
        Device, typer.Option(envvar="HAR_SEARCH_DEVICE", help="Where to train; auto is the CPU.")
    ] = Device.auto,
) -> None:
    """Search: train and score configurations until the study has its trials."""
    from har_search.study_file import load_spec

    console = screen()
    spec = load_spec(study)
    dataset = locate_data(data).dataset
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
        typer.Option(envvar="HAR_SEARCH_TRACK", help="Only entries that qualify, such as A."),
    ] = None,
    student: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this student's entries.")
    ] = None,
    best_per_student: Annotated[
        bool,
        typer.Option(
            "--best-per-student",
            envvar="HAR_SEARCH_BEST_PER_STUDENT",
            help="One entry a student, the best.",
        ),
    ] = False,
    sort: Annotated[
        Sort | None,
        typer.Option(
            envvar="HAR_SEARCH_SORT",
            help="Default: score, or within a track test accuracy, then gap, then parameters.",
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            min=1,
            envvar="HAR_SEARCH_TOP",
            help="How many entries; default 20, and all in JSON and CSV.",
        ),
    ] = None,
    output_format: Annotated[
        Format, typer.Option("--format", envvar="HAR_SEARCH_FORMAT", help="How to write it.")
    ] = Format.table,
    watch: Annotated[
        bool,
        typer.Option("--watch", envvar="HAR_SEARCH_WATCH", help="Show it anew every 2 seconds."),
    ] = False,
    storage: Storage = DEFAULT_URL,
) -> None:
    """Rank the finished trials, over all studies on real data or one study."""
    from har_search.leaderboard import Selection

    if top is None and output_format in (Format.table, Format.markdown):
        top = 20
    selection = Selection(
        study_filter(study),
        track,
        student,
        best_per_student,
        None if sort is None else sort.value,
        top,
    )
    console = screen()
    if not watch:
        show_leaderboard(storage, selection, console, output_format)
        return
    if output_format is not Format.table:
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

    row = find_trial(storage, trial, study_filter(study))
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
    located = locate_data(data)
    verify(located)
    for line in describe(located):
        console.print(line, markup=False, soft_wrap=True)


def study_filter(study: str | None) -> str | None:
    """Return the study's name, also where its file was given, as `run` takes it."""
    if study is None or not study.endswith(".toml"):
        return study
    from har_search.study_file import load_spec

    return load_spec(study).name


def fail(message: str, code: int) -> NoReturn:
    """Write one line on stderr and exit."""
    errors.print(f"[bold red]error:[/] {escape(' '.join(message.split()))}")
    sys.exit(code)


def main() -> None:
    """Run the command line: what a person can mend becomes one line, exit 1 or, for usage, 2."""
    try:
        code = app(prog_name="har-search", standalone_mode=False)
    except HarSearchError as error:
        fail(str(error), 1)
    except TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "har-search"
        fail(f"{error.format_message()}; see `{command} --help`", error.exit_code)
    sys.exit(code if isinstance(code, int) else 0)
