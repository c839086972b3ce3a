"""The commands that search: `run`, `init` and `data`."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from rich.markup import escape

from har_search.cli.choices import chosen_tracks, find_study, student_name
from har_search.cli.options import (
    Artifacts,
    Data,
    Device,
    Patience,
    Seed,
    Storage,
    Study,
    Timeout,
    Trials,
    Until,
    Workers,
)
from har_search.errors import OptionError
from har_search.storage.defaults import DEFAULT_URL, PATIENCE_SECONDS
from har_search.terminal.screen import (
    locate_data,
    screen,
    show_data,
    show_ending,
    show_leaderboard,
    show_study,
)


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
            envvar="HAR_SEARCH_STUDENT", help="Whose entries these are. Default: your login name."
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
    """Search: train networks and score them, until the study has its trials."""
    console = screen()
    spec, data = find_study(study, storage, data)
    tracks, student = chosen_tracks(until, spec), student_name(student)
    from har_search.machine import core_count
    from har_search.search.crew import Crew

    with Crew() as crew:
        crew.prepare(min(workers or core_count(), trials))  # meanwhile:
        located = locate_data(data)
        show_data(located.dataset, console)
        show_study(spec, located.dataset, console)
        from har_search.board.standings import Selection
        from har_search.search.run import SearchOptions, search
        from har_search.storage.artifacts import folder_of
        from har_search.storage.logs import hush_libraries
        from har_search.storage.patience import patiently
        from har_search.terminal.progress import SearchProgress

        hush_libraries()
        options = SearchOptions(
            trials=trials,
            student=student,
            workers=workers,
            timeout_seconds=timeout,
            until=tracks,
            seed=seed,
            device=device.value,
            patience_seconds=patience,
            artifacts=folder_of(storage, artifacts),
        )
        with SearchProgress(console, spec.tracks) as progress:
            outcome = search(spec, storage, located, options, progress, crew)
    console.print()
    if outcome.answered:
        shown = Selection(study=outcome.study_name, top=10)
        waits = 0 if outcome.ending == "interrupted" else patience  # Ctrl-C waits for no database
        patiently(lambda: show_leaderboard(storage, shown, console), waits)
    else:
        console.print(
            "the database does not answer; `har-search leaderboard` shows its trials once it does",
            style="yellow",
            markup=False,
            soft_wrap=True,
        )
    show_ending(outcome, options, study, console)
    if outcome.ending == "interrupted":
        raise typer.Exit(130)


def init(
    study: Study = "homework",
    storage: Storage = DEFAULT_URL,
    data: Data = "auto",
    reader: Annotated[
        str | None,
        typer.Option(
            metavar="ROLE",
            envvar="HAR_SEARCH_READER",
            help="Also make a PostgreSQL role that can only read. Its password is in "
            "HAR_SEARCH_READER_PASSWORD.",
        ),
    ] = None,
) -> None:
    """Make the database and the study, without a search. `run` makes them, too."""
    console = screen()
    password = os.environ.get("HAR_SEARCH_READER_PASSWORD", "")
    if reader is not None and not password:
        raise OptionError("--reader needs its password in HAR_SEARCH_READER_PASSWORD")
    spec, data = find_study(study, storage, data)
    located = locate_data(data)
    from har_search.search.run import Reader
    from har_search.search.run import init as init_study
    from har_search.storage.database import masked
    from har_search.storage.logs import hush_libraries

    hush_libraries()
    role = None if reader is None else Reader(reader, password)
    name, done = init_study(spec, storage, located, role)
    console.print(f"study {escape(name)} is ready in {masked(storage)}: {done} finished trials")


def data(data: Data = "auto") -> None:
    """Download the data set, check it and describe it."""
    from har_search.data.describe import describe, verify

    console = screen()
    located = locate_data(data)
    verify(located)
    for line in describe(located):
        console.print(line, markup=False, soft_wrap=True)
