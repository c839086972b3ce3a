"""The command line: parse, call one function, show what it returns.

The only package that imports typer. What trains is imported inside the commands that train, so
that the others start without torch.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NoReturn

import typer
from rich.text import Text
from typer.exceptions import TyperException

from har_search.cli import looking, searching, studies, winning
from har_search.cli.command import PREFIX, Command, Group
from har_search.errors import HarSearchError
from har_search.terminal.console import say
from har_search.terminal.screen import errors

COMMANDS: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "Search": (searching.run, searching.init, searching.data),
    "Look": (
        looking.leaderboard,
        looking.show,
        looking.compare,
        looking.report,
        looking.dashboard,
    ),
    "Pick a winner": (winning.confirm, winning.reproduce, winning.export, winning.predict),
}

GROUPS: Mapping[str, typer.Typer] = {
    "studies": studies.group
}  # commands with commands of their own

app = typer.Typer(
    cls=Group,
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"auto_envvar_prefix": PREFIX, "help_option_names": ["-h", "--help"]},
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
        from importlib import metadata  # takes longer than all else of this module

        print(f"har-search {metadata.version('har-search')}")
    elif context.invoked_subcommand is None:
        print(context.get_help())
    else:
        return
    raise typer.Exit


for panel, commands in COMMANDS.items():
    for command in commands:
        app.command(cls=Command, rich_help_panel=panel)(command)
for name, group in GROUPS.items():
    app.add_typer(group, name=name, rich_help_panel="Keep in order")


def fail(message: str, code: int) -> NoReturn:
    """Write one line on stderr and exit."""
    say(errors, Text.assemble(("error:", "bold red"), " ", " ".join(message.split())))
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
