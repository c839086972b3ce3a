"""The commands that look at what a search found: `leaderboard`, `show`, `compare` and others."""

from __future__ import annotations

import time
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from har_search.challenge.words import counted
from har_search.cli.choices import check_track, study_filter
from har_search.cli.command import hints_of
from har_search.cli.options import Artifacts, Data, Sort, Storage, StudyFilter
from har_search.errors import NotFoundError, OptionError
from har_search.storage.defaults import DEFAULT_URL
from har_search.terminal.console import say
from har_search.terminal.screen import Format, screen, show_leaderboard, warn

if TYPE_CHECKING:
    from har_search.board.standings import Standing


def leaderboard(
    context: typer.Context,
    study: StudyFilter = None,
    track: Annotated[
        str | None,
        typer.Option(
            metavar="TRACK",
            envvar="HAR_SEARCH_TRACK",
            help="Only entries on this track, such as A.",
        ),
    ] = None,
    student: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this student's entries.")
    ] = None,
    best_per_student: Annotated[
        bool,
        typer.Option(
            "--best-per-student",
            envvar="HAR_SEARCH_BEST_PER_STUDENT",
            help="Only each student's best entry.",
        ),
    ] = False,
    sort: Annotated[
        Sort | None,
        typer.Option(
            metavar="FIGURE",
            envvar="HAR_SEARCH_SORT",
            help="Rank by score, test or gap. Default: score; with --track test.",
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            envvar="HAR_SEARCH_TOP",
            help="How many entries. Default: 20; in JSON and CSV all.",
        ),
    ] = None,
    output_format: Annotated[
        Format,
        typer.Option(
            "--format",
            metavar="FORMAT",
            envvar="HAR_SEARCH_FORMAT",
            help="Write a table, json, csv or markdown.",
        ),
    ] = Format.table,
    confirmed: Annotated[
        bool,
        typer.Option(
            "--confirmed",
            envvar="HAR_SEARCH_CONFIRMED",
            help="Only entries that `confirm` trained again, ranked by mean test accuracy.",
        ),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option("--watch", envvar="HAR_SEARCH_WATCH", help="Show it again every 2 seconds."),
    ] = False,
    storage: Storage = DEFAULT_URL,
) -> None:
    """Rank the finished trials: of one study, or of all studies on real data."""
    from har_search.board.standings import Selection

    name, hints = study_filter(study), hints_of(context)
    check_track(storage, name, track)
    if top is None and output_format in (Format.table, Format.markdown):
        top = 20
    selection = Selection(
        name,
        track,
        student,
        best_per_student,
        None if sort is None else sort.value,
        top,
        confirmed=confirmed,
    )
    console = screen()
    if not watch:
        show_leaderboard(storage, selection, console, output_format, hints)
        return
    if output_format is not Format.table:
        raise OptionError("--watch shows a table; leave --format out")
    while True:
        console.clear()
        show_leaderboard(storage, selection, console, hints=hints)
        console.print("[dim]every 2 s; Ctrl-C ends[/]")
        time.sleep(2)


def show(
    trial: Annotated[int, typer.Argument(min=0, help="The trial's number on the leaderboard.")],
    script: Annotated[
        bool,
        typer.Option(
            "--script",
            envvar="HAR_SEARCH_SCRIPT",
            help="Print only a script that trains it with plain PyTorch, as in --script > train.py",
        ),
    ] = False,
    study: StudyFilter = None,
    storage: Storage = DEFAULT_URL,
) -> None:
    """Show one trial: figures, differences from the lesson, and the network to paste."""
    from har_search.board.differences import differences
    from har_search.board.neighbours import findings
    from har_search.board.standings import find_trial
    from har_search.board.words import figure_lines
    from har_search.networks import mlp
    from har_search.networks.mlp import mlp_config
    from har_search.storage.details import read

    standing = find_trial(storage, trial, study_filter(study))
    if script:
        from har_search.entries.entry import entry_of
        from har_search.handin.script import training_script

        print(training_script(entry_of(storage, standing)), end="")
        return
    console = screen()
    console.print(f"[bold]trial {standing.trial} of study {escape(standing.study)}[/]")
    for line in figure_lines(standing):
        say(console, f"  {line}")
    known = read(storage, standing.study, standing.trial)
    for finding in findings(storage, standing, None if known is None else known.curve):
        say(console, f"  {finding.text}")
    console.print("\n[bold]What differs from the lesson's network[/]")
    lines = differences(standing.params, standing.inputs)
    for line in lines or ["nothing: this is the lesson's own network"]:
        say(console, f"  {line}")
    console.print("\n[bold]The network[/]")
    source = mlp.source(mlp_config(standing.params), standing.inputs)
    console.print(source, markup=False, soft_wrap=True)


def compare(
    first: Annotated[int, typer.Argument(min=0, help="A trial's number on the leaderboard.")],
    second: Annotated[int, typer.Argument(min=0, help="Another trial's number.")],
    windows: Annotated[
        bool,
        typer.Option(
            "--windows",
            envvar="HAR_SEARCH_WINDOWS",
            help="Also train both again, and test by McNemar which is right on more test windows.",
        ),
    ] = False,
    picture: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="HAR_SEARCH_PICTURE",
            help="Write both learning curves to a file, SVG or PNG by its name.",
        ),
    ] = None,
    study: StudyFilter = None,
    storage: Storage = DEFAULT_URL,
    data: Data = "auto",
) -> None:
    """Show two trials side by side: configurations, figures, fresh seeds, and what differs."""
    from har_search.board.comparison import side_by_side
    from har_search.entries.entry import entries
    from har_search.terminal.comparison import show_side_by_side

    if first == second:
        raise OptionError(f"trial {first} cannot be compared with itself; name another")
    one, other = entries(storage, study_filter(study), [first, second], None)
    console = screen()
    names = f"trial {one.number}", f"trial {other.number}"
    show_side_by_side(side_by_side(one.standing, other.standing), names, console)
    if picture is not None:
        _write_curves(storage, (one.standing, other.standing), picture)
        console.print(f"learning curves: {picture}", markup=False, soft_wrap=True)
    if windows:
        from har_search.cli.choices import data_of
        from har_search.entries.confirm import compare as compare_windows
        from har_search.terminal.entries import show_comparison
        from har_search.terminal.screen import locate_data

        located = locate_data(data_of(one.standing.dataset, data))
        console.print()
        show_comparison(compare_windows(one, other, located), console)
    else:
        console.print(
            "The same command with --windows trains both again, and tests window by window whether "
            "one is better.",
            style="dim",
        )


def _write_curves(url: str, pair: tuple[Standing, Standing], to: Path) -> None:
    """Write two entries' learning curves as a picture.

    Raises:
        NotFoundError: an entry has no curve.
        OptionError: the file cannot be written, or its name is of neither kind.
    """
    from har_search.board import pictures
    from har_search.board.curves import draw_learning_curves
    from har_search.storage import details

    writers = {".svg": pictures.svg, ".png": pictures.png}
    if to.suffix.lower() not in writers:
        raise OptionError(f"--picture {to}: its name must end in .svg or .png")
    named = []
    for each in pair:
        found = details.read(url, each.study, each.trial)
        if found is None:
            raise NotFoundError(f"trial {each.trial} of study {each.study} has no learning curve")
        named.append((f"trial {each.trial}", found.curve, each.epoch))
    try:
        to.write_bytes(writers[to.suffix.lower()](draw_learning_curves(named)))
    except OSError as error:
        raise OptionError(f"--picture {to}: {error.strerror}; name another file") from error


def report(
    study: StudyFilter = None,
    to: Annotated[
        Path, typer.Option(metavar="FILE", envvar="HAR_SEARCH_TO", help="The file to write.")
    ] = Path("report.html"),
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            envvar="HAR_SEARCH_FORCE",
            help="Replace the file even if it is no report.",
        ),
    ] = False,
    storage: Storage = DEFAULT_URL,
) -> None:
    """Write a report on a study: one HTML file to send to the teacher or to print."""
    from har_search.report import write_report  # matplotlib and scipy: not for every command

    written = write_report(storage, study_filter(study), to, force=force)
    trials = counted(written.finished, "finished trial")
    say(
        screen(),
        f"{written.path}: study {written.study}, {trials}, {written.size / 1e6:.1f} MB",
    )


def dashboard(
    storage: Storage = DEFAULT_URL,
    host: Annotated[
        str, typer.Option(metavar="HOST", envvar="HAR_SEARCH_HOST", help="Where to listen.")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            min=0,
            max=65535,
            metavar="N",
            envvar="HAR_SEARCH_PORT",
            help="The port. 0: any free one.",
        ),
    ] = 8080,
    artifacts: Artifacts = None,
    writable: Annotated[
        bool,
        typer.Option(
            "--writable",
            envvar="HAR_SEARCH_WRITABLE",
            help="Let optuna-dashboard edit and delete. Anyone who reaches the page can do it.",
        ),
    ] = False,
    open_browser: Annotated[
        bool, typer.Option("--open", envvar="HAR_SEARCH_OPEN", help="Open it in the browser.")
    ] = False,
) -> None:
    """Serve the class leaderboard and optuna-dashboard as web pages."""
    from har_search.storage.artifacts import folder_of
    from har_search.storage.logs import hush_libraries
    from har_search.web import serve
    from har_search.web.server import is_loopback

    hush_libraries()
    console = screen()
    if not is_loopback(host):
        warn(
            f"anyone who reaches {host}:{port} sees this page, which asks for no password"
            f"{' and can delete studies' if writable else ''}; see Security in docs/class-server.md"
        )

    def on_start(address: str) -> None:
        console.print(f"leaderboard       {address}/", soft_wrap=True)
        console.print(f"optuna-dashboard  {address}/dashboard", soft_wrap=True)
        console.print("[dim]Ctrl-C ends[/]")
        if open_browser:
            webbrowser.open(f"{address}/")

    folder = folder_of(storage, artifacts)
    try:
        serve(storage, host, port, artifacts=folder, writable=writable, on_start=on_start)
    except NotFoundError as error:
        raise NotFoundError(
            f"{error}. Start a search in another terminal, in the same folder; then start the "
            "dashboard again"
        ) from error
