"""Write docs/commands.md: every command's own help, so that the page cannot drift from it.

python docs/commands.py
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from har_search.cli import COMMANDS, GROUPS

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
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
