"""How long until something happens: `--help`, and the first trial of `run`, as started by hand.

Each is set beside bare imports of what it stands on, all in turn: typer and rich's console, what
typer imports of rich to print help, and torch, which every worker imports.

    python benchmarks/startup.py [--rounds 7]
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from har_search.data.locate import locate

PROGRAM = str(Path(sys.executable).with_name("har-search"))


def seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


def first_trial_seconds(data: str) -> float:
    """Return the seconds from the start of `har-search run` to its first trial's."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "startup.db"
        options = ["--trials", "1", "--storage", f"sqlite:///{path}", "--data", data]
        begun = datetime.now(UTC)
        subprocess.run([PROGRAM, "run", *options], check=True, capture_output=True)
        connection = sqlite3.connect(path)
        (started,) = connection.execute("SELECT MIN(datetime_start) FROM trials").fetchone()
        connection.close()
    # Optuna keeps local time without a zone.
    return (datetime.fromisoformat(started).astimezone(UTC) - begun).total_seconds()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("HAR_SEARCH_DATA", "auto"))
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    locate(arguments.data)  # parsed once, as after any first command
    rounds = [
        {
            "typer and rich": seconds([sys.executable, "-c", "import typer, rich.console"]),
            "typer's help": seconds([sys.executable, "-c", "import typer.rich_utils"]),
            "--help": seconds([PROGRAM, "--help"]),
            "torch": seconds([sys.executable, "-c", "import torch"]),
            "first trial": first_trial_seconds(arguments.data),
        }
        for _ in range(arguments.rounds)
    ]
    print("| until | s | bare import of | s | over it, s |")
    print("| --- | ---: | --- | ---: | ---: |")
    pairs = ("--help", "typer and rich"), ("--help", "typer's help"), ("first trial", "torch")
    for what, bare in pairs:
        own, under = (statistics.median(each[name] for each in rounds) for name in (what, bare))
        over = statistics.median(each[what] - each[bare] for each in rounds)
        print(f"| {what} | {own:.2f} | {bare} | {under:.2f} | {over:.2f} |")


if __name__ == "__main__":
    main()
