"""The commands that make a homework entry of a trial: `confirm` and `reproduce`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from har_search.cli.choices import data_of, study_filter
from har_search.cli.options import Artifacts, Data, Storage, StudyFilter, Workers
from har_search.errors import OptionError
from har_search.screen import errors, locate_data, screen, show_comparison, show_confirmed
from har_search.storage import DEFAULT_URL

if TYPE_CHECKING:
    from har_search.record import Record

Trial = Annotated[int, typer.Argument(min=0, help="The trial's number on the leaderboard.")]


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
    from har_search.confirm import compare
    from har_search.confirm import confirm as confirm_entries
    from har_search.entries import entries
    from har_search.progress import ConfirmProgress

    console = screen()
    name = study_filter(study)
    if against is not None and len(trials or []) != 1:
        raise OptionError("--against compares one trial with another: name one, as in `confirm 3`")
    chosen = entries(storage, name, trials or [], top)
    located = locate_data(data_of(chosen[0].row["dataset"], data))
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


def reproduce(
    trial: Trial,
    study: StudyFilter = None,
    storage: Storage = DEFAULT_URL,
    data: Data = "auto",
    artifacts: Artifacts = None,
) -> None:
    """Train a trial again with its own seed, and compare it with its record to the last bit.

    Exits with 1 where anything differs, and names the figures and the probable causes.
    """
    from har_search.artifacts import folder_of
    from har_search.record import read_record, require_data
    from har_search.reproduce import reproduce as reproduce_trial
    from har_search.screen_winning import show_reproduction

    record = read_record(storage, trial, study_filter(study))
    located = locate_data(data_of(record.data, data))
    require_data(record, located.dataset)
    tell_training(record, record.figures["epochs"])
    found = reproduce_trial(record, located.dataset, folder_of(storage, artifacts))
    show_reproduction(found, screen())
    if not found.identical:
        raise typer.Exit(1)


def tell_training(record: Record, epochs: int) -> None:
    """Say on stderr that a trial is trained again: what goes to stdout is the result alone."""
    errors.print(f"training {record.title} again, {epochs} epochs …", markup=False, style="dim")
