"""How each command reads its options, helps, and names what to type next."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from enum import Enum
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from har_search.errors import HarSearchError, StorageError
from har_search.storage.defaults import PATIENCE_SECONDS
from har_search.terminal.hints import Hints

# Options that mean the same to every command that has them, and those that a search goes on with.
SHARED = ("storage", "study", "data", "artifacts", "workers")
OF_A_SEARCH = ("student", "seed", "until", "timeout", "patience", "device")

PREFIX = "HAR_SEARCH"  # of the variables that options are read from
IN_WORDS: Mapping[object, str] = {PATIENCE_SECONDS: "5m"}  # defaults, as they may be typed


class Command(TyperCommand):
    """A command whose help is short, and whose errors name what to type with its own options.

    `group` is the group that it belongs to, where that is not the program itself.
    """

    group = ""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        paragraphs = (self.help or "").split("\n\n")
        self.help = "\n\n".join(" ".join(each.split()) for each in paragraphs)
        options = [each for each in self.params if isinstance(each, TyperOption)]
        for each in options:
            _shorten(each)
        self.epilog = _variables_in_words(self.full_name, options)

    @property
    def full_name(self) -> str:
        """Its name behind that of its group, joined as variables' names are."""
        return f"{self.group}_{self.name}".lstrip("_")

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the arguments and options, `--help` included."""
        return _without_types(super().get_params(ctx))

    def invoke(self, ctx: Any) -> Any:
        """Run the command.

        Raises:
            HarSearchError: what a person can mend; the commands in its message are whole.
        """
        try:
            return super().invoke(ctx)
        except HarSearchError as error:
            error.args = (hints_of(ctx).whole(str(error)),)
            raise


class Group(TyperGroup):
    """The program itself, or commands that belong together; their help is short, too."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for each in self.params:
            if isinstance(each, TyperOption):
                _shorten(each)

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options, `--help` included."""
        return _without_types(super().get_params(ctx))


def variable_of(command: str, option: TyperOption) -> str:
    """Return the environment variable that an option is read from, too."""
    return str(option.envvar or f"{PREFIX}_{command}_{option.name}".upper())


def _without_types(params: list[Any]) -> list[Any]:
    """Leave out what says little: the types of flags and arguments, and smallest numbers."""
    for each in params:
        each._get_number_range_help_str = lambda: None
        if getattr(each, "is_flag", False) or each.param_type_name == "argument":
            each.display_type_rich = lambda ctx: ""  # noqa: ARG005
    return params


def _shorten(option: TyperOption) -> None:
    """Let an option's help hold its default; its variable is told below all of them.

    Each of them would take a line of its own.
    """
    option.show_envvar = option.show_default = False
    if option.default is not None and not option.is_flag and "Default:" not in f"{option.help}":
        default = IN_WORDS.get(option.default, option.default)
        shown = default.value if isinstance(default, Enum) else default
        option.help = f"{option.help} Default: {shown}."


def _variables_in_words(command: str, options: Collection[TyperOption]) -> str:
    """Say from which environment variables a command's options are read."""
    variables = {each.opts[0]: variable_of(command, each) for each in options}
    ruled = [each for each in variables if variables[each] == _by_rule(each)]
    others = [f"{variables[each]} for {each}" for each in variables if each not in ruled]
    text = "Options are also read from variables: "
    if ruled:
        text += f"HAR_SEARCH_ and the option's name, such as {_by_rule(ruled[0])} for {ruled[0]}"
    return f"{text}{'; but ' if ruled and others else ''}{', '.join(others)}."


def _by_rule(option: str) -> str:
    return f"{PREFIX}_{option.strip('-').replace('-', '_').upper()}"


def hints_of(context: typer.Context, study: str | None = None) -> Hints:
    """Return what completes hints: for each command, the options that this one was given for it.

    What a variable or a default says needs no telling. A password in a URL is `***`. `study` is
    what other commands must be told as the study, where that is known; "" stands for nothing.
    """
    given = {
        name: _typed(name, value)
        for name, value in context.params.items()
        if getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE"
    }
    others = given if study is None else {**given, "study": study}
    group = context.parent.command if context.parent is not None else None
    commands: dict[str, Any] = getattr(group, "commands", {})
    return Hints(
        {
            name: _needed(each, SHARED, others)
            if name != context.info_name
            else _needed(each, (*SHARED, *(OF_A_SEARCH if name == "run" else ())), given)
            for name, each in commands.items()
        }
    )


def _needed(command: Any, names: Collection[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return those of the given options that a command must be told, of these names."""
    return {
        each.opts[0]: given[each.name]
        for each in command.params
        if isinstance(each, TyperOption)
        and each.name in names
        and given.get(each.name)
        and (given[each.name] != str(each.default) or str(each.envvar) in os.environ)
    }


def _typed(name: str, value: object) -> str:
    """Return a value as it may be typed."""
    if name == "storage":
        from har_search.storage.database import masked  # SQLAlchemy: not for every command

        try:
            return masked(str(value))
        except StorageError:  # whoever opens it says so better; it may hold a password
            return "URL"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value.value if isinstance(value, Enum) else value)
