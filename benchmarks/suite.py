"""Every benchmark in turn; what they print goes to the screen and into a Markdown file.

An hour or more, on an otherwise idle machine:

    python benchmarks/suite.py [--to bench.md] [--only training_loop startup]
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from common import machine

RUNS = {
    "A training epoch": "training_loop.py",
    "A whole search, and its first winner": "race.py",
    "Start-up": "startup.py",
    "Standings": "standings.py",
    "Bookkeeping, SQLite, 2 workers": "bookkeeping.py --workers 2",
    "Bookkeeping, PostgreSQL, 8 workers": "bookkeeping.py --workers 8 --trials 120 --postgresql",
    "Many workers": "scaling.py",
    "Calibration per person": "calibration.py",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path("bench.md"))
    parser.add_argument("--only", nargs="+", metavar="NAME")
    arguments = parser.parse_args()
    here = Path(__file__).parent
    with arguments.to.open("w", encoding="utf-8") as file:

        def write(text: str) -> None:
            print(text, end="", flush=True)
            file.write(text)
            file.flush()

        write(f"# Benchmarks\n\n{machine()}, {datetime.now(UTC):%Y-%m-%d}\n")
        for title, command in RUNS.items():
            script, *options = shlex.split(command)
            if arguments.only and Path(script).stem not in arguments.only:
                continue
            write(f"\n## {title}\n\n`python benchmarks/{command}`\n\n")
            running = [sys.executable, str(here / script), *options]
            with subprocess.Popen(running, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                for line in process.stdout:
                    write(line)
            if process.returncode:
                raise SystemExit(f"{script} failed")


if __name__ == "__main__":
    main()
