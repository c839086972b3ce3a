"""Write docs/commands.md: every command's own help, so that the page cannot drift from it.

python docs/commands.py
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperOption

from har_search.cli import COMMANDS, GROUPS, app
from har_search.cli.command import variable_of

PAGE = Path(__file__).with_suffix(".md")


def help_of(*command: str) -> str:
    """Return a command's help, 100 columns wide."""
    environment = {"COLUMNS": "100", "TERMINAL_WIDTH": "100", "PATH": os.environ["PATH"]}
    ran = subprocess.run(
        [sys.executable, "-m", "har_search", *command, "--help"],
        capture_output=True,
        check=True,
        encoding="utf-8",
        env={**environment, "PYTHONIOENCODING": "utf-8"},
    )
    return "\n".join(line.rstrip() for line in ran.stdout.strip("\n").splitlines())


def page() -> str:
    """Return the whole page."""
    parts = ["# Commands\n\nWritten by `python docs/commands.py`; a test keeps it current.\n"]
    named = [(command.__name__,) for commands in COMMANDS.values() for command in commands]
    for name, group in GROUPS.items():
        own = [each.callback.__name__ for each in group.registered_commands if each.callback]
        named += [(name,), *((name, each) for each in own)]
    for command in ((), *named):
        title = " ".join(("har-search", *command))
        parts.append(f"## {title}\n\n```text\n{help_of(*command)}\n```\n")
    parts.append("## Variables\n\nOptions are also read from these environment variables.\n")
    rows = sorted({(variable, option) for _, option, variable in variables()})
    table = "\n".join(f"| `{variable}` | `{option}` |" for variable, option in rows)
    parts.append(f"| variable | option |\n| --- | --- |\n{table}\n")
    return "\n".join(parts)


def variables() -> list[tuple[str, str, str]]:
    """Return every command's options: the command, the option and the variable it is read from."""
    commands: dict[str, Any] = dict(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    for name in GROUPS:
        commands |= {f"{name}_{own}": each for own, each in commands[name].commands.items()}
    return [
        (name.replace("_", " "), each.opts[0], variable_of(name, each))
        for name, command in commands.items()
        for each in command.params
        if isinstance(each, TyperOption)
    ]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
