"""The commands that make a homework entry of a trial: judge it, repeat it, hand it in, use it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from har_search.challenge.words import counted
from har_search.cli.choices import data_of, study_filter
from har_search.cli.command import hints_of
from har_search.cli.options import Artifacts, Data, Listing, Storage, StudyFilter, Workers
from har_search.errors import OptionError
from har_search.storage.defaults import DEFAULT_URL
from har_search.terminal.console import say
from har_search.terminal.screen import errors, locate_data, screen, warn

if TYPE_CHECKING:
    from har_search.entries.record import Record
    from har_search.networks.trained import TrainedNetwork

Trial = Annotated[int, typer.Argument(min=0, help="The trial's number on the leaderboard.")]


def confirm(
    trials: Annotated[
        list[int] | None,
        typer.Argument(min=0, help="Numbers of trials. Without any: the leaderboard's best."),
    ] = None,
    top: Annotated[
        int,
        typer.Option(
            "--top", min=1, metavar="N", help="How many of the best, where no trial is named."
        ),
    ] = 5,
    seeds: Annotated[
        int | None,
        typer.Option(
            min=3,
            metavar="N",
            envvar="HAR_SEARCH_SEEDS",
            help="Fresh seeds for each entry. Default: 10.",
        ),
    ] = None,
    against: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="TRIAL",
            envvar="HAR_SEARCH_AGAINST",
            help="Compare your trial with this one, window by window; with --seeds by those, too.",
        ),
    ] = None,
    held_out: Annotated[
        bool,
        typer.Option(
            "--by-subject",
            envvar="HAR_SEARCH_BY_SUBJECT",
            help="Also hold out each training person in turn. Uses no test data.",
        ),
    ] = False,
    study: StudyFilter = None,
    storage: Storage = DEFAULT_URL,
    data: Data = "auto",
    workers: Workers = None,
) -> None:
    """Train entries again with fresh seeds, and judge which hold on a track."""
    from har_search.entries.confirm import compare
    from har_search.entries.confirm import confirm as confirm_entries
    from har_search.entries.entry import entries
    from har_search.entries.held_out import hold_out
    from har_search.search.showcase import refresh_study_note
    from har_search.storage.logs import hush_libraries
    from har_search.terminal.entries import show_comparison, show_confirmed, show_held_out
    from har_search.terminal.progress import EntriesProgress

    hush_libraries()
    console = screen()
    name = study_filter(study)
    if against is not None:
        check_pair(trials or [], against)
        trials = [*(trials or []), against]
    chosen = entries(storage, name, trials or [], top)
    located = locate_data(data_of(chosen[0].standing.dataset, data))
    if against is not None:
        first, second = chosen
        show_comparison(compare(first, second, located), console)
        if seeds is None and not held_out:
            return
        console.print()
    seeds = seeds or 10
    try:
        with EntriesProgress(console, chosen, seeds, "seeds") as progress:
            found = confirm_entries(
                storage,
                chosen,
                located,
                seeds=seeds,
                workers=workers,
                on_progress=progress.confirmed,
                on_killed=progress.killed,
            )
        for each in sorted({entry.study for entry in chosen}):
            refresh_study_note(storage, each)
        show_confirmed(chosen, found, console)
        if held_out:
            console.print()
            people = len(set(located.dataset.train.subjects.tolist()))
            with EntriesProgress(console, chosen, people, "people") as progress:
                known = hold_out(
                    storage,
                    chosen,
                    located,
                    workers=workers,
                    on_progress=progress.held_out,
                    on_killed=progress.killed,
                )
            show_held_out(chosen, known, console)
    except KeyboardInterrupt:
        say(console, "Interrupted; what is trained is kept. The same command goes on.")
        raise typer.Exit(130) from None


def check_pair(trials: list[int], against: int) -> None:
    """Check that two trials are named to compare.

    Raises:
        OptionError: not one trial is named beside the other.
        BadParameter: both are the same.
    """
    if len(trials) != 1:
        raise OptionError("--against compares one trial with another: name one, as in `confirm 3`")
    if trials == [against]:
        raise typer.BadParameter(
            f"{against} is the trial itself; name another", param_hint="--against"
        )


def reproduce(
    trial: Trial,
    study: StudyFilter = None,
    storage: Storage = DEFAULT_URL,
    data: Data = "auto",
    artifacts: Artifacts = None,
) -> None:
    """Train a trial again with its own seed, and compare every figure to the last bit.

    Exits with 1 if anything differs. Then it names the figures and the probable causes.
    """
    from har_search.entries.record import read_record
    from har_search.entries.reproduce import reproduce as reproduce_trial
    from har_search.storage.artifacts import folder_of
    from har_search.terminal.entries import show_reproduction

    record = read_record(storage, trial, study_filter(study))
    located = locate_data(data_of(record.entry.stored.dataset, data))
    record.entry.stored.require_data(located.dataset)
    tell_training(record, record.figures["epochs"])
    found = reproduce_trial(record, located.dataset, folder_of(storage, artifacts))
    show_reproduction(found, screen())
    if not found.identical:
        raise typer.Exit(1)


def export(
    context: typer.Context,
    trial: Trial,
    to: Annotated[
        Path,
        typer.Option(metavar="DIR", help="The folder to make."),
    ],
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace an earlier export there."),
    ] = False,
    study: StudyFilter = None,
    storage: Storage = DEFAULT_URL,
    data: Data = "auto",
    artifacts: Artifacts = None,
) -> None:
    """Write a trial to a folder to hand in: network, weights, ONNX, figures and a model card."""
    from har_search.entries.checkpoint import restore
    from har_search.entries.record import read_record
    from har_search.handin.export import check_folder
    from har_search.handin.export import export as export_trial
    from har_search.storage.artifacts import folder_of
    from har_search.terminal.entries import show_export

    check_folder(to, force=force)
    record = read_record(storage, trial, study_filter(study))
    located = locate_data(data_of(record.entry.stored.dataset, data))
    made = restore(record, folder_of(storage, artifacts), located.dataset, tell_training)
    exported = export_trial(record, made, located.dataset, to, force=force)
    show_export(exported, screen(), errors, hints_of(context))


def predict(
    network: Annotated[
        str,
        typer.Argument(
            metavar="DIR|TRIAL",
            help="A folder that `export` wrote, or a trial's number. ./14 is a folder named 14.",
        ),
    ],
    windows: Annotated[
        Path,
        typer.Argument(
            metavar="WINDOWS",
            help="A file of windows, a row of 561 features each: UCI's text, CSV or .npy.",
        ),
    ],
    output_format: Annotated[
        Listing, typer.Option("--format", metavar="FORMAT", help="Write a table, or csv.")
    ] = Listing.table,
    subjects: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="HAR_SEARCH_SUBJECTS",
            help="For a network calibrated per person: whose windows they are. Default: one's.",
        ),
    ] = None,
    study: StudyFilter = None,
    storage: Storage = DEFAULT_URL,
    data: Data = "auto",
    artifacts: Artifacts = None,
) -> None:
    """Recognise activities: print the most likely one of each window, and its probability.

    UCI HAR's features lie between -1 and 1: a value beyond ±2 is refused. A network calibrated per
    person needs some minutes of each person's windows; this command standardises them.
    """
    from har_search.data.windows import read_subjects, read_windows

    read = read_windows(windows)
    people = None if subjects is None else read_subjects(subjects, len(read))
    from har_search.handin.folder import read_network
    from har_search.networks import predictions

    if network.isdecimal():
        trained = trial_network(int(network), study, storage, data, artifacts)
    else:
        trained = read_network(Path(network))
    if people is not None and not trained.calibrated:
        raise OptionError(
            "--subjects is for a network calibrated per person; this one takes each window by "
            "itself"
        )
    if people is None:
        people = predictions.one_person(len(read))
    if trained.calibrated:
        warn_of_few_windows(predictions.short_of_windows(people))
    found = predictions.predict(trained.network, trained.prepared(read, people))
    write = predictions.to_csv if output_format is Listing.csv else predictions.to_table
    print(write(found), end="")


def trial_network(
    trial: int, study: str | None, storage: str, data: str, artifacts: str | None
) -> TrainedNetwork:
    """Return a trial's network, from its saved weights or else trained again."""
    from har_search.entries.checkpoint import restore, saved_network
    from har_search.entries.record import read_record
    from har_search.storage.artifacts import folder_of

    record, folder = read_record(storage, trial, study_filter(study)), folder_of(storage, artifacts)
    saved = saved_network(record, folder)
    if saved is not None:
        return saved
    located = locate_data(data_of(record.entry.stored.dataset, data))
    return restore(record, folder, located.dataset, tell_training).trained


def warn_of_few_windows(counts: Mapping[int, int]) -> None:
    """Warn of people whose windows are too few to be calibrated by."""
    for person, count in counts.items():
        warn(
            f"person {person} has {counted(count, 'window')}, too few to know how that person "
            "moves: expect more errors"
        )


def tell_training(record: Record, epochs: int, reason: str = "") -> None:
    """Say on stderr that a trial is trained again, and why: stdout has the result alone."""
    because = f": {reason}" if reason else ""
    text = f"training {record.entry.title} again, {counted(epochs, 'epoch')}{because} …"
    say(errors, text, "dim")
