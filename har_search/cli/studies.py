"""The commands that keep a database's studies in order: `studies` and its own commands."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from har_search.challenge.words import visible
from har_search.cli.command import Command, Group
from har_search.cli.options import Artifacts, Storage
from har_search.errors import OptionError
from har_search.storage.defaults import DEFAULT_URL
from har_search.terminal.screen import errors, screen

Name = Annotated[str, typer.Argument(metavar="NAME", help="The study's name in the database.")]


class StudiesCommand(Command):
    """One of the commands below `studies`."""

    group = "studies"


group = typer.Typer(invoke_without_command=True, cls=Group)


@group.callback()
def studies(
    context: typer.Context, storage: Storage = DEFAULT_URL, artifacts: Artifacts = None
) -> None:
    """List the studies that a database holds; rename, delete or copy one."""
    if context.invoked_subcommand is not None:
        for name in ("storage", "artifacts"):
            source = context.get_parameter_source(name)
            if source is not None and source.name == "COMMANDLINE":
                command = f"studies {context.invoked_subcommand}"
                raise OptionError(f"--{name} belongs behind the command: `{command} --{name} …`")
        return
    from har_search.storage.artifacts import folder_of
    from har_search.storage.inventory import inventory
    from har_search.terminal.studies import show_studies

    show_studies(inventory(storage, folder_of(storage, artifacts)), screen())


@group.command(cls=StudiesCommand)
def rename(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The study's name.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its name from now on.")],
    storage: Storage = DEFAULT_URL,
) -> None:
    """Give a study another name. `run` goes on with it by that name."""
    from har_search.storage.naming import rename_study

    _refuse_while_searched(storage, old, "rename it once the search has ended")
    rename_study(storage, old, new)
    screen().print(f"study {old} is now {new}", markup=False, soft_wrap=True)


@group.command(cls=StudiesCommand)
def delete(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Delete it even while a search of it runs.")
    ] = False,
    storage: Storage = DEFAULT_URL,
    artifacts: Artifacts = None,
) -> None:
    """Delete a study with its trials and their files. Asks before, on a terminal."""
    from har_search.storage.artifacts import folder_of
    from har_search.storage.deletion import delete_study
    from har_search.storage.naming import check_there

    check_there(storage, name)
    if not force:
        _refuse_while_searched(
            storage, name, "end it first, or delete it all the same with --force"
        )
    if not yes:
        if not sys.stdin.isatty():
            raise OptionError(f"nobody is there to be asked whether to delete '{name}'; give --yes")
        with suppress(typer.Abort):  # the input ended
            yes = typer.confirm(f"Delete study {visible(name)} with all of its trials?")
        if not yes:
            screen().print("Nothing is deleted.")
            raise typer.Exit(1)
    files = delete_study(storage, name, folder_of(storage, artifacts))
    screen().print(f"study {name} is deleted, with {files} files", markup=False, soft_wrap=True)


@group.command(cls=StudiesCommand)
def copy(
    name: Name,
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="The database to copy it to, of any kind.")
    ],
    new: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Its name there. Default: the same.")
    ] = None,
    to_artifacts: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            envvar="HAR_SEARCH_TO_ARTIFACTS",
            help="The folder for its files there. Default: beside the SQLite file.",
        ),
    ] = None,
    no_artifacts: Annotated[
        bool, typer.Option("--no-artifacts", help="Leave the files of its notable trials.")
    ] = False,
    storage: Storage = DEFAULT_URL,
    artifacts: Artifacts = None,
) -> None:
    """Copy a study to another database, with all that belongs to it, whole or not at all."""
    from har_search.storage.artifacts import folder_of
    from har_search.storage.copying import Place, copy_study
    from har_search.storage.database import masked

    there = None if to_artifacts is None else str(to_artifacts)
    copied = copy_study(
        Place(storage, folder_of(storage, artifacts)),
        name,
        Place(to, folder_of(to, there)),
        new or name,
        files=not no_artifacts,
    )
    gone = f"; {copied.gone} files were not there any more" if copied.gone else ""
    screen().print(
        f"study {copied.name} is in {masked(to)}: {copied.trials:,} trials and {copied.files} "
        f"files, each compared with what was read{gone}",
        markup=False,
        soft_wrap=True,
    )


def _refuse_while_searched(storage: str, name: str, cure: str) -> None:
    """Check that no search of a study runs.

    Raises:
        NotFoundError: no database or no such study.
        OptionError: one does.
    """
    from har_search.storage.activity import LOOK_SECONDS, is_searched, open_claims
    from har_search.storage.database import open_for_writing
    from har_search.storage.naming import check_there

    check_there(storage, name)
    with open_for_writing(storage) as opened:
        opened.create_our_tables()
        if open_claims(opened, name):
            errors.print(
                f"looking for up to {LOOK_SECONDS:.0f} s whether a search of {name} runs …",
                markup=False,
                highlight=False,
                style="dim",
            )
        if is_searched(opened, name):
            raise OptionError(f"a search of the study '{name}' runs; {cure}")
