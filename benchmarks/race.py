"""The whole search against the pattern of `example.py`: equal work, and time to a first winner.

Equal work: the same configurations for the same epochs without pruning, trials a minute of
`har-search run` with all cores (start-up included) against the example's one process.

First winner: wall time until a first track-A entry, for several search seeds: the default study,
the same with random search and no pruning, and the example, once with the default study's space and
recipe, once with the lesson's.

    python benchmarks/race.py [--trials 40] [--epochs 10] [--seeds 1 2 3 4 5] [--limit-seconds 600]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from contextlib import suppress
from dataclasses import replace

import optuna
import torch
from common import Silent
from example import example_search
from workers import fixed_trials

from har_search.data.locate import Located, locate
from har_search.networks.splits import Splits
from har_search.search.events import FinishedTrial
from har_search.search.run import SearchOptions, search
from har_search.study.file import load_spec
from har_search.study.spec import Component, StudySpec


class FoundError(Exception):
    """The example has its winner."""


class Stopwatch(Silent):
    """Notes when the first track-A entry is in the database."""

    def __init__(self) -> None:
        self.seconds: float | None = None
        self.begun = time.perf_counter()

    def finished(self, trial: FinishedTrial) -> None:
        if self.seconds is None and "A" in trial.tracks:
            self.seconds = time.perf_counter() - self.begun


def ours(spec: StudySpec, located: Located, **how: object) -> float:
    """Return the seconds that a search takes, start-up included.

    With `until` they are those to the first track-A entry, without the pictures that follow.
    """
    with tempfile.TemporaryDirectory() as folder:
        options = SearchOptions(student="bench", **how)  # type: ignore[arg-type]
        watch = Stopwatch()
        search(spec, f"sqlite:///{folder}/race.db", located, options, watch)
        whole = time.perf_counter() - watch.begun
    return watch.seconds or whole if options.until else whole


def theirs(
    spec: StudySpec, splits: Splits, trials: int, *, seed: int, until: bool, limit: float
) -> float:
    """Return the seconds that the example takes, to its end or to its first track-A entry."""
    begun = time.perf_counter()

    def on_figures(test_accuracy: float, gap: float) -> None:
        if until and spec.tracks[0].qualifies(test_accuracy, gap):
            raise FoundError
        if time.perf_counter() - begun > limit:
            raise TimeoutError

    with suppress(FoundError, TimeoutError):
        example_search(spec, splits, trials, seed=seed, prune=until, on_figures=on_figures)
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("HAR_SEARCH_DATA", "auto"))
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3, 4, 5])
    parser.add_argument("--limit-seconds", type=float, default=600)
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    located, spec = locate(arguments.data), load_spec("homework")
    dataset = located.dataset
    splits = Splits.of(dataset.train, dataset.test)

    work = fixed_trials(spec, arguments.trials, arguments.epochs)
    limit = arguments.limit_seconds
    if arguments.rounds:
        pairs = [
            (
                theirs(work, splits, arguments.trials, seed=1, until=False, limit=10 * limit),
                ours(work, located, trials=arguments.trials, seed=1),
            )
            for _ in range(arguments.rounds)
        ]
        pace = [
            60 * arguments.trials / statistics.median(side) for side in zip(*pairs, strict=True)
        ]
        ratios = [their / our for their, our in pairs]
        print(
            f"{arguments.trials} trials of {arguments.epochs} epochs without pruning, "
            f"{arguments.rounds} rounds: the example {pace[0]:.1f} trials a minute, har-search "
            f"{pace[1]:.1f}: {statistics.median(ratios):.1f} times as many "
            f"({min(ratios):.1f} to {max(ratios):.1f})\n"
        )
    if not arguments.seeds:
        return
    plain = replace(
        spec, sampler=Component("random", {}), pruner=Component("none", {}), starts=spec.starts
    )
    print("Seconds to the first track-A entry:\n")
    lesson = load_spec("lesson")
    print("| seed | har-search | random, no pruning | example | example, the lesson's recipe |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    rows = []
    for seed in arguments.seeds:
        until = {"trials": 1000, "until": ("A",), "timeout_seconds": limit, "seed": seed}
        torch.manual_seed(seed)
        row = (
            ours(spec, located, **until),
            ours(plain, located, **until),
            theirs(spec, splits, 1000, seed=seed, until=True, limit=limit),
            theirs(lesson, splits, 1000, seed=seed, until=True, limit=limit),
        )
        rows.append(row)
        print(f"| {seed} | {' | '.join(shown(each, limit) for each in row)} |", flush=True)
    medians = [statistics.median(side) for side in zip(*rows, strict=True)]
    print(f"| median | {' | '.join(shown(each, limit) for each in medians)} |")
    print(
        f"\nhar-search finds its first {medians[2] / medians[0]:.1f} times as fast as the example "
        f"with the same space and recipe, {medians[3] / medians[0]:.1f} times as fast as the "
        f"example with the lesson's, and {medians[1] / medians[0]:.1f} times as fast as by "
        f"random search without pruning; nobody waited for longer than {limit:.0f} s."
    )


def shown(seconds: float, limit: float) -> str:
    return f"over {limit:.0f}" if seconds >= limit else f"{seconds:.0f}"


if __name__ == "__main__":
    main()
