"""Samplers and pruners over one study's space at equal wall time: what each finds, by seed.

Every search is one process of its own with trials in memory, as many at a time as there are cores.
NSGA-II seeks accuracy and gap as two objectives, and Optuna prunes no such trials; the others seek
the score. A way is a sampler with the study's pruner, or with another: hyperband or none.

    python benchmarks/samplers.py [--study homework] [--minutes 3] [--seeds 1 2 3]
        [--ways tpe gp random nsga2 tpe+hyperband tpe+none]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import time
import warnings
from dataclasses import dataclass, replace

import optuna
from common import machine

from har_search.data.locate import locate
from har_search.machine import core_count
from har_search.networks.splits import prepare
from har_search.search.objective import suggest
from har_search.search.pruners import make_pruner
from har_search.search.pruning import PruningWatch
from har_search.search.samplers import make_sampler
from har_search.study.file import load_spec
from har_search.study.spec import Component
from har_search.training.config import TrainingConfig
from har_search.training.trial import train_trial
from har_search.training.watch import UNWATCHED

WAYS = ("tpe", "gp", "random", "nsga2", "tpe+hyperband", "tpe+none")


@dataclass(frozen=True)
class Search:
    """One search to run: the study's name, how it samples and prunes, its seed and seconds."""

    data: str
    study: str
    way: str
    seed: int
    seconds: float


@dataclass(frozen=True)
class Found:
    """What a search found; `first` is the seconds to its first track-A entry."""

    trials: int
    entries: dict[str, int]
    first: float | None
    best_score: float


def run(search: Search) -> Found:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    spec, dataset = load_spec(search.study), locate(search.data).dataset
    sampler, _, pruner = search.way.partition("+")
    both = sampler == "nsga2"
    if both:
        study = optuna.create_study(
            directions=["maximize", "minimize"],
            sampler=optuna.samplers.NSGAIISampler(population_size=20, seed=search.seed),
        )
    else:
        spec = replace(spec, sampler=Component(sampler, {}))
        if pruner:
            spec = replace(spec, pruner=Component("none", {}))  # and every epoch is reported
        # Of 30 epochs, brackets that may end trials after 3, 9 and 27, after 9 and 27, or after 27.
        hyperband = optuna.pruners.HyperbandPruner(3, spec.epochs, reduction_factor=3)
        study = optuna.create_study(
            study_name=f"{search.way} {search.seed}",  # which Hyperband draws brackets by
            direction="maximize",
            sampler=make_sampler(spec, search.seed),
            pruner=hyperband if pruner == "hyperband" else make_pruner(spec),
        )
    splits = prepare(dataset.train, dataset.test, spec.inputs)
    begun = time.perf_counter()
    figures: list[tuple[float, float, float, float]] = []

    def objective(trial: optuna.Trial) -> float | tuple[float, float]:
        config = TrainingConfig.from_hyperparameters(
            suggest(trial, spec), epochs=spec.epochs, optimizer=spec.optimizer
        )
        watch = PruningWatch(trial, spec, lambda: False)
        result = train_trial(
            spec,
            config,
            splits,
            seeds=[1000 * search.seed + trial.number],
            watch=UNWATCHED if both else watch,
        )
        seconds = time.perf_counter() - begun
        figures.append((seconds, result.test_accuracy, result.gap, result.score))
        if watch.pruned:
            raise optuna.TrialPruned
        return (result.test_accuracy, result.gap) if both else result.score

    study.optimize(objective, timeout=search.seconds)
    passed = {
        track.name: [each[0] for each in figures if track.qualifies(each[1], each[2])]
        for track in spec.tracks
    }
    return Found(
        trials=len(figures),
        entries={name: len(times) for name, times in passed.items()},
        first=min(passed["A"], default=None),
        best_score=max(each[3] for each in figures),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("HAR_SEARCH_DATA", "auto"))
    parser.add_argument("--study", default="homework")
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    arguments = parser.parse_args()
    spec = load_spec(arguments.study)
    if spec.replicas > 1 or spec.scored_epoch == "last":
        parser.error("a study of one seed a trial, scored by its best epoch, is needed")
    locate(arguments.data)  # parsed once
    print(f"{machine()}\n")
    print(f"{arguments.study}, {arguments.minutes:g} minutes a search, {core_count()} at a time\n")
    print("| way | seed | trials | A entries | first A, s | B entries | best score, % |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    searches = [
        Search(arguments.data, arguments.study, way, seed, 60 * arguments.minutes)
        for seed in arguments.seeds
        for way in arguments.ways
    ]
    scores: dict[str, list[float]] = {}
    with multiprocessing.get_context("spawn").Pool(core_count(), maxtasksperchild=1) as pool:
        for search, found in zip(searches, pool.imap(run, searches), strict=True):
            first = "none" if found.first is None else f"{found.first:.0f}"
            scores.setdefault(search.way, []).append(found.best_score)
            print(
                f"| {search.way} | {search.seed} | {found.trials} | {found.entries['A']} "
                f"| {first} | {found.entries.get('B', 0)} | {100 * found.best_score:.2f} |",
                flush=True,
            )
    medians = (f"{name} {100 * statistics.median(each):.2f}" for name, each in scores.items())
    print(f"\nBest score, median of the seeds, %: {', '.join(medians)}")


if __name__ == "__main__":
    main()
