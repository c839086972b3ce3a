"""The commands that make a homework entry of a trial: `confirm`."""

from __future__ import annotations

from typing import Annotated

import typer

from har_search.cli.choices import study_filter
from har_search.cli.options import Data, Storage, StudyFilter, Workers
from har_search.errors import OptionError
from har_search.screen import (
    locate_data,
    screen,
    show_by_subject,
    show_comparison,
    show_confirmed,
)
from har_search.storage import DEFAULT_URL


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
    by_subject: Annotated[
        bool,
        typer.Option(
            "--by-subject",
            envvar="HAR_SEARCH_BY_SUBJECT",
            help="Also hold out each person of the train split once: accuracy on people never "
            "seen, without the test set.",
        ),
    ] = False,
    study: StudyFilter = None,
    storage: Storage = DEFAULT_URL,
    data: Data = "auto",
    workers: Workers = None,
) -> None:
    """Train entries again with fresh seeds, and judge on which tracks their means stand."""
    from har_search.by_subject import by_subject as hold_out
    from har_search.confirm import compare
    from har_search.confirm import confirm as confirm_entries
    from har_search.entries import entries
    from har_search.progress import EntriesProgress

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
        with EntriesProgress(console, chosen, seeds, "seeds") as progress:
            found = confirm_entries(
                storage,
                chosen,
                located,
                seeds=seeds,
                workers=workers,
                on_progress=progress.confirmed,
            )
        show_confirmed(chosen, found, console)
        if by_subject:
            console.print()
            people = len(set(located.dataset.train.subjects.tolist()))
            with EntriesProgress(console, chosen, people, "people") as progress:
                held_out = hold_out(
                    storage, chosen, located, workers=workers, on_progress=progress.held_out
                )
            show_by_subject(chosen, held_out, console)
    except KeyboardInterrupt:
        console.print("Interrupted; what is trained is kept. The same command goes on.")
        raise typer.Exit(130) from None
