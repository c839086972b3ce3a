"""Wall time of the same trials with one worker and with several.

The configurations are drawn beforehand and queued as the study's starts, without pruning, so that
every run trains the same networks from the same seeds. Start-up is included.

    python benchmarks/workers.py [--trials 200] [--epochs 6] [--workers 1 2]
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from dataclasses import replace

from common import Silent

from har_search.data.locate import locate
from har_search.search.run import SearchOptions, search
from har_search.study.file import load_spec
from har_search.study.spec import Component, Start, StudySpec


def fixed_trials(spec: StudySpec, trials: int, epochs: int) -> StudySpec:
    """Return the study with so many configurations to train, drawn with a seed of their own."""
    chance = random.Random(561)
    drawn = [
        Start(
            f"drawn-{number}",
            {
                "width": round(2 ** chance.uniform(5, 9)),
                "dropout": round(chance.uniform(0, 0.6), 2),
                "batch_norm": chance.random() < 0.5,
                "learning_rate": 10 ** chance.uniform(-3.5, -2),
                "batch_size": chance.choice([32, 64, 128, 256]),
            },
        )
        for number in range(trials - 1)  # the lesson's is the first
    ]
    starts = (*spec.starts[:1], *drawn)
    return replace(spec, epochs=epochs, starts=starts, pruner=Component("none", {}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("HAR_SEARCH_DATA", "auto"))
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    arguments = parser.parse_args()
    located = locate(arguments.data)
    spec = fixed_trials(load_spec("homework"), arguments.trials, arguments.epochs)
    print(
        f"SQLite, {arguments.trials} trials of {arguments.epochs} epochs, {located.dataset.name}\n"
    )
    print("| workers | wall time, s | trials a minute | times one worker |")
    print("| ---: | ---: | ---: | ---: |")
    first = 0.0
    for workers in arguments.workers:
        with tempfile.TemporaryDirectory() as folder:
            options = SearchOptions(arguments.trials, "bench", workers, seed=1)
            begun = time.perf_counter()
            search(spec, f"sqlite:///{folder}/workers.db", located, options, Silent())
            seconds = time.perf_counter() - begun
        first = first or seconds
        print(
            f"| {workers} | {seconds:.0f} | {60 * arguments.trials / seconds:.1f} "
            f"| {first / seconds:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
