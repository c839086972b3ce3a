"""How a network calibrated per person does where calibration windows are few or lopsided.

Trains the starts of the study `calibrated`, or an entry, on the real data with each training person
calibrated by all of their windows, and tests them with test people calibrated by fewer than all: at
random, the first as worn, or none of one activity. Accuracy is always over all test windows.

    python benchmarks/calibration.py
    python benchmarks/calibration.py --storage sqlite:///har-search.db --study calibrated --trial 7
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from har_search.challenge.activities import ACTIVITIES
from har_search.challenge.inputs import CALIBRATED, INPUTS
from har_search.data.dataset import Dataset, Split
from har_search.data.locate import locate
from har_search.data.standardize import calibration, standardized
from har_search.entries.entry import entries
from har_search.networks.evaluation import accuracy, likeliest, one_thread
from har_search.networks.splits import TensorSplit
from har_search.study.file import load_spec
from har_search.training.config import TrainingConfig
from har_search.training.learner import make_learner

COUNTS = (10, 20, 50, 100, 200)
Chosen = NDArray[np.int64]  # a person's windows, by position, that are calibrated by


@dataclass(frozen=True)
class Measured:
    """A configuration to measure, and its inputs."""

    name: str
    config: TrainingConfig
    epochs: int
    inputs: str


def calibrated(test: Split, inputs: str, choose: Callable[[Chosen], Chosen]) -> TensorSplit:
    """Standardise each person's windows by those of them that `choose` takes."""
    features = np.empty_like(test.features)
    for person in np.unique(test.subjects):
        own = np.flatnonzero(test.subjects == person)
        measured = calibration(test.features[choose(own)], inputs)
        features[own] = measured.apply(test.features[own])
    return TensorSplit.of(replace(test, features=features))


def trained(
    config: TrainingConfig, epochs: int, train: Split, seeds: Sequence[int]
) -> Sequence[torch.nn.Module]:
    """Train a network a seed, side by side."""
    learner = make_learner(config, TensorSplit.of(train), seeds)
    for _ in range(epochs):
        learner.train_epoch()
    return learner.evaluated


def mean_sd(figures: Sequence[float]) -> str:
    spread = f" ± {100 * np.std(figures, ddof=1):.2f}" if len(figures) > 1 else ""
    return f"{100 * np.mean(figures):.2f}{spread}"


def compare(config: TrainingConfig, epochs: int, dataset: Dataset, seeds: Sequence[int]) -> None:
    """Print what each of `INPUTS` makes of a configuration."""
    print("| inputs | test % | gap pp |\n| --- | ---: | ---: |")
    for inputs in INPUTS:
        train, test = standardized(dataset.train, dataset.test, inputs)
        networks = trained(config, epochs, train, seeds)
        tests = [accuracy(each, TensorSplit.of(test)) for each in networks]
        trains = [accuracy(each, TensorSplit.of(train)) for each in networks]
        gaps = [ours - theirs for ours, theirs in zip(trains, tests, strict=True)]
        print(f"| {inputs} | {mean_sd(tests)} | {mean_sd(gaps)} |", flush=True)


def few(networks: Sequence[torch.nn.Module], dataset: Dataset, inputs: str) -> None:
    """Print what fewer calibration windows cost."""
    test = dataset.test
    print("\n| windows of each test person | at random | the first, as worn |")
    print("| ---: | ---: | ---: |")
    for count in COUNTS:
        by_chance = []
        for seed, network in enumerate(networks):  # other windows for every network
            generator = np.random.default_rng(seed)
            split = calibrated(
                test, inputs, lambda own, top=count, draw=generator: draw.permutation(own)[:top]
            )
            by_chance.append(accuracy(network, split))
        first = calibrated(test, inputs, lambda own, top=count: own[:top])
        in_order = [accuracy(each, first) for each in networks]
        print(f"| {count} | {mean_sd(by_chance)} | {mean_sd(in_order)} |", flush=True)
    everything = calibrated(test, inputs, lambda own: own)
    print(f"| all | {mean_sd([accuracy(each, everything) for each in networks])} | |")
    others = calibration(dataset.train.features, inputs)
    none = TensorSplit.of(replace(test, features=others.apply(test.features)))
    figures = [accuracy(each, none) for each in networks]
    print(f"| none: by the training people's instead | {mean_sd(figures)} | |")


def missing(networks: Sequence[torch.nn.Module], dataset: Dataset, inputs: str) -> None:
    """Print what it costs where a person's calibration windows miss an activity."""
    test = dataset.test
    print("\n| never calibrated by | test % | that activity's windows % |\n| --- | ---: | ---: |")
    for number, activity in enumerate(ACTIVITIES):
        split = calibrated(test, inputs, lambda own, left=number: own[test.labels[own] != left])
        figures, recalls = [], []
        for network in networks:
            right = (likeliest(network, split.features) == split.labels).numpy()
            figures.append(float(right.mean()))
            recalls.append(float(right[test.labels == number].mean()))
        print(f"| {activity} | {mean_sd(figures)} | {mean_sd(recalls)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("HAR_SEARCH_DATA", "auto"))
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--storage", default="sqlite:///har-search.db")
    parser.add_argument("--study")
    parser.add_argument("--trial", type=int, help="measure this entry, not the study's starts")
    arguments = parser.parse_args()
    dataset, seeds = locate(arguments.data).dataset, range(arguments.seeds)
    with one_thread():
        for each in chosen(arguments.storage, arguments.study, arguments.trial):
            print(f"\n## {each.name}: {each.epochs} epochs, {len(seeds)} seeds, {dataset.name}\n")
            compare(each.config, each.epochs, dataset, seeds)
            train, _ = standardized(dataset.train, dataset.test, each.inputs)
            networks = trained(each.config, each.epochs, train, seeds)
            few(networks, dataset, each.inputs)
            missing(networks, dataset, each.inputs)


def chosen(storage: str, study: str | None, trial: int | None) -> list[Measured]:
    """Return the entry named, or else what the study `calibrated` starts with."""
    if trial is not None:
        (entry,) = entries(storage, study, [trial], None)
        if entry.inputs not in CALIBRATED:
            raise SystemExit(f"trial {trial} of {entry.study} is not calibrated per person")
        name = f"trial {trial} of {entry.study}"
        return [Measured(name, entry.config, entry.epoch, entry.inputs)]
    spec = load_spec("calibrated")
    return [
        Measured(
            f'"{start.name}"',
            TrainingConfig.from_hyperparameters(
                {**spec.recipe, **start.values}, epochs=spec.epochs, optimizer=spec.optimizer
            ),
            spec.epochs,
            spec.inputs,
        )
        for start in spec.starts
        if start.name != "lesson"
    ]


if __name__ == "__main__":
    main()
