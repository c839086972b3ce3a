"""The command line: parse, call one function, show what it returns.

With `options` the only module that imports typer. What trains is imported inside the commands that
train, so that the others start without torch.
"""

from __future__ import annotations

import getpass
import os
import sys
import time
import webbrowser
from importlib import metadata
from typing import Annotated, NoReturn

import typer
from rich.markup import escape
from typer.exceptions import TyperException

from har_search.choices import chosen_tracks, find_study, study_filter
from har_search.errors import HarSearchError, OptionError
from har_search.options import (
    Artifacts,
    Data,
    Device,
    Patience,
    Seed,
    Sort,
    Storage,
    Study,
    StudyFilter,
    Timeout,
    Trials,
    Until,
    Workers,
)
from har_search.screen import (
    Format,
    errors,
    locate_data,
    screen,
    show_comparison,
    show_confirmed,
    show_data,
    show_ending,
    show_leaderboard,
    show_study,
)
from har_search.storage import DEFAULT_URL, PATIENCE_SECONDS, masked

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


@app.command()
def run(
    trials: Trials = 200,
    timeout: Timeout = None,
    study: Study = "homework",
    storage: Storage = DEFAULT_URL,
    data: Data = "auto",
    artifacts: Artifacts = None,
    student: Annotated[
        str | None,
        typer.Option(
            envvar="HAR_SEARCH_STUDENT", help="Who the entries belong to; else the login name."
        ),
    ] = None,
    seed: Seed = None,
    workers: Workers = None,
    until: Until = None,
    patience: Patience = PATIENCE_SECONDS,
    device: Annotated[
        Device, typer.Option(envvar="HAR_SEARCH_DEVICE", help="Where to train; auto is the CPU.")
    ] = Device.auto,
) -> None:
    """Search: train and score configurations until the study has its trials."""
    console = screen()
    spec, data = find_study(study, storage, data)
    tracks = chosen_tracks(until, spec)
    located = locate_data(data)
    show_data(located.dataset, console)
    show_study(spec, located.dataset, console)
    from har_search.artifacts import folder_of
    from har_search.leaderboard import Selection
    from har_search.progress import SearchProgress
    from har_search.search import SearchOptions, search

    options = SearchOptions(
        trials=trials,
        student=student or getpass.getuser(),
        workers=workers,
        timeout_seconds=timeout,
        until=tracks,
        seed=seed,
        device=device.value,
        patience_seconds=patience,
        artifacts=folder_of(storage, artifacts),
    )
    with SearchProgress(console, spec.tracks) as progress:
        outcome = search(spec, storage, located, options, progress)
    console.print()
    show_leaderboard(storage, Selection(study=outcome.study_name, top=10), console)
    show_ending(outcome, options, study, console)
    if outcome.ending == "interrupted":
        raise typer.Exit(130)


@app.command()
def init(
    study: Study = "homework",
    storage: Storage = DEFAULT_URL,
    data: Data = "auto",
    reader: Annotated[
        str | None,
        typer.Option(
            metavar="ROLE",
            envvar="HAR_SEARCH_READER",
            help="Also make a PostgreSQL role that may only read; HAR_SEARCH_READER_PASSWORD "
            "holds its password.",
        ),
    ] = None,
) -> None:
    """Make the database's tables and the study, once; `run` does it, too."""
    console = screen()
    password = os.environ.get("HAR_SEARCH_READER_PASSWORD", "")
    if reader is not None and not password:
        raise OptionError("--reader needs its password in HAR_SEARCH_READER_PASSWORD")
    spec, data = find_study(study, storage, data)
    located = locate_data(data)
    from har_search.search import Reader
    from har_search.search import init as init_study

    role = None if reader is None else Reader(reader, password)
    name, done = init_study(spec, storage, located, role)
    console.print(f"study {escape(name)} is ready in {masked(storage)}: {done} finished trials")


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
    confirmed: Annotated[
        bool,
        typer.Option(
            "--confirmed",
            envvar="HAR_SEARCH_CONFIRMED",
            help="Only entries that `confirm` trained again, by their mean test accuracy.",
        ),
    ] = False,
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
        confirmed=confirmed,
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
def confirm(
    trials: Annotated[
        list[int] | None,
        typer.Argument(min=0, help="Trials by number; without any, the leaderboard's best."),
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="How many of the best.")] = 5,
    seeds: Annotated[
        int, typer.Option(min=3, envvar="HAR_SEARCH_SEEDS", help="Fresh seeds for each entry.")
    ] = 10,
    against: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="TRIAL",
            envvar="HAR_SEARCH_AGAINST",
            help="Instead compare the one trial named with this one, window by window.",
        ),
    ] = None,
    study: StudyFilter = None,
    storage: Storage = DEFAULT_URL,
    data: Data = "auto",
    workers: Workers = None,
) -> None:
    """Train entries again with fresh seeds, and judge on which tracks their means stand."""
    from har_search.confirm import compare, entries
    from har_search.confirm import confirm as confirm_entries
    from har_search.progress import ConfirmProgress

    console = screen()
    name = study_filter(study)
    if against is not None and len(trials or []) != 1:
        raise OptionError("--against compares one trial with another: name one, as in `confirm 3`")
    chosen = entries(storage, name, trials or [], top)
    if chosen[0].row["dataset"] == "simulated" and data == "auto":
        data = "simulated"
    located = locate_data(data)
    if against is not None:
        (other,) = entries(storage, name, [against], None)
        show_comparison(compare(storage, chosen[0], other, located), console)
        return
    try:
        with ConfirmProgress(console, chosen, seeds) as progress:
            found = confirm_entries(
                storage, chosen, located, seeds=seeds, workers=workers, on_progress=progress
            )
    except KeyboardInterrupt:
        console.print("Interrupted; what is trained is kept. The same command goes on.")
        raise typer.Exit(130) from None
    show_confirmed(chosen, found, console)


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
def dashboard(
    storage: Storage = DEFAULT_URL,
    host: Annotated[
        str, typer.Option(envvar="HAR_SEARCH_HOST", help="Where to listen.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, envvar="HAR_SEARCH_PORT", help="0 takes any free one.")
    ] = 8080,
    artifacts: Artifacts = None,
    writable: Annotated[
        bool,
        typer.Option(
            "--writable",
            envvar="HAR_SEARCH_WRITABLE",
            help="Let optuna-dashboard edit and delete; anyone who reaches the page can.",
        ),
    ] = False,
    open_browser: Annotated[
        bool, typer.Option("--open", envvar="HAR_SEARCH_OPEN", help="Open it in the browser.")
    ] = False,
) -> None:
    """Serve the class leaderboard and optuna-dashboard as web pages."""
    from har_search.artifacts import folder_of
    from har_search.web import serve
    from har_search.web.server import is_loopback

    console = screen()
    if not is_loopback(host):
        errors.print(
            f"[bold yellow]warning:[/] anyone who reaches {escape(host)}:{port} sees this page, "
            f"which asks for no password{' and can delete studies' if writable else ''}; see "
            "Security in the README"
        )

    def on_start(address: str) -> None:
        console.print(f"leaderboard       {address}/", soft_wrap=True)
        console.print(f"optuna-dashboard  {address}/dashboard", soft_wrap=True)
        console.print("[dim]Ctrl-C ends[/]")
        if open_browser:
            webbrowser.open(f"{address}/")

    folder = folder_of(storage, artifacts)
    serve(storage, host, port, artifacts=folder, writable=writable, on_start=on_start)


@app.command()
def data(data: Data = "auto") -> None:
    """Fetch the data set, verify it and describe what is there."""
    from har_search.data.describe import describe, verify

    console = screen()
    located = locate_data(data)
    verify(located)
    for line in describe(located):
        console.print(line, markup=False, soft_wrap=True)


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
