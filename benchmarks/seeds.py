"""What a study finds, search by search: the whole `har-search run` for several search seeds.

With `--without-pruning`, each seed searches again with every trial trained to its end, and the
table ends with what pruning saves and loses.

    python benchmarks/seeds.py [--study homework] [--trials 200] [--seeds 1 2 3 4 5]
        [--without-pruning]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, replace

from common import Silent, machine

from har_search.board.standings import Selection, leaderboard
from har_search.data.locate import Located, locate
from har_search.search.run import SearchOptions, search
from har_search.study.file import load_spec
from har_search.study.spec import Component, StudySpec


@dataclass(frozen=True)
class Found:
    """What one search found; `first` and `best` are by track, None where it has no entry."""

    entries: dict[str, int]
    first: dict[str, int | None]
    best: dict[str, float | None]
    best_score: float
    epochs: int
    seconds: float


def find(spec: StudySpec, located: Located, trials: int, seed: int) -> Found:
    """Search in a new database, and look at its leaderboard."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/seeds.db"
        options = SearchOptions(trials, "bench", seed=seed)
        begun = time.perf_counter()
        search(spec, url, located, options, Silent())
        seconds = time.perf_counter() - begun
        standings = leaderboard(url, Selection(simulated=True)).standings
    of_track = {
        track.name: [own for own in standings if track.name in own.tracks] for track in spec.tracks
    }
    return Found(
        entries={name: len(each) for name, each in of_track.items()},
        first={
            # Trials count from 0, people from 1.
            name: min((own.trial + 1 for own in each), default=None)
            for name, each in of_track.items()
        },
        best={
            name: max((own.test_accuracy for own in each), default=None)
            for name, each in of_track.items()
        },
        best_score=max(each.score for each in standings),
        epochs=sum(each.epochs for each in standings),
        seconds=seconds,
    )


def line(seed: int, side: str, found: Found) -> str:
    cells = [f"{seed}", side]
    for name, entries in found.entries.items():
        first, best = found.first[name], found.best[name]
        cells += [f"{entries}", f"{first or 'none'}", f"{100 * best:.2f}" if best else ""]
    cells += [f"{100 * found.best_score:.2f}", f"{found.epochs:,}", f"{found.seconds / 60:.1f}"]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("HAR_SEARCH_DATA", "auto"))
    parser.add_argument("--study", default="homework")
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--without-pruning", action="store_true")
    arguments = parser.parse_args()
    located, spec = locate(arguments.data), load_spec(arguments.study)
    sides = {"with pruning": spec}
    if arguments.without_pruning:
        sides["without"] = replace(spec, pruner=Component("none", {}))
    print(
        f"{machine()}\n\n{spec.name}, {located.dataset.name}, {arguments.trials} trials a search\n"
    )
    columns = ["seed", "search"]
    for track in spec.tracks:
        columns += [f"{track.name} entries", "first, trial", "best, %"]
    columns += ["best score, %", "epochs", "min"]
    print(f"| {' | '.join(columns)} |\n|{' ---: |' * len(columns)}")
    found: dict[str, list[Found]] = {side: [] for side in sides}
    for seed in arguments.seeds:
        for side, each in sides.items():
            found[side].append(find(each, located, arguments.trials, seed))
            print(line(seed, side, found[side][-1]), flush=True)
    if arguments.without_pruning:
        pairs = list(zip(*found.values(), strict=True))
        saved = statistics.median(1 - pruned.epochs / full.epochs for pruned, full in pairs)
        lost = statistics.median(full.best_score - pruned.best_score for pruned, full in pairs)
        print(
            f"\nIn the median, pruning saves {saved:.0%} of the epochs, and its best score is "
            f"{abs(100 * lost):.2f} pp {'lower' if lost > 0 else 'higher'}."
        )


if __name__ == "__main__":
    main()
