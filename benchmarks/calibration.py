"""How a network calibrated per person does where calibration windows are few or lopsided.

Trains configurations on the real data with each training person's windows standardised by that
person's own mean and standard deviation, and tests them with test people calibrated by fewer
windows than all: at random, the first as worn, or none of one activity. Calibration windows serve
for mean and standard deviation only; accuracy is always over all test windows.

    python benchmarks/calibration.py
    python benchmarks/calibration.py --storage sqlite:///har-search.db --study calibrated --trial 7
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from har_search.data import ACTIVITIES, Dataset, Split
from har_search.data.locate import locate
from har_search.data.standardize import Scale, standardized
from har_search.entries import entries
from har_search.inputs import NONE, PERSON, TRAIN
from har_search.learner import Learner, TensorSplit, TrainingConfig
from har_search.spec import LESSON
from har_search.training import accuracy, one_thread, predict

# What did well in searches; epochs are those of the schedule, all of them trained.
LEADS = {
    "two hidden layers, 67 and 33": (
        25,
        {
            "width": 67,
            "depth": 2,
            "dropout": 0.1,
            "learning_rate": 0.005,
            "batch_size": 128,
            "schedule": "one-cycle",
            "weight_decay": 0.88,
            "label_smoothing": 0.17,
        },
    ),
    "one hidden layer of 401": (
        14,
        {
            "width": 401,
            "depth": 1,
            "dropout": 0.27,
            "learning_rate": 0.0033,
            "batch_size": 256,
            "schedule": "one-cycle",
            "label_smoothing": 0.23,
            "mixup": 0.32,
            "input_noise": 0.29,
        },
    ),
}
COUNTS = (10, 20, 50, 100, 200)
Chosen = NDArray[np.int64]  # a person's windows, by position, that are calibrated by


def calibrated(test: Split, choose: Callable[[Chosen], Chosen]) -> TensorSplit:
    """Standardise each person's windows by those of them that `choose` takes."""
    features = np.empty_like(test.features)
    for person in np.unique(test.subjects):
        own = np.flatnonzero(test.subjects == person)
        scale = Scale.of(test.features[choose(own)])
        features[own] = scale.apply(test.features[own])
    return TensorSplit.of(replace(test, features=features))


def trained(
    config: TrainingConfig, epochs: int, train: Split, seeds: Sequence[int]
) -> tuple[torch.nn.Sequential, ...]:
    """Train a network a seed, side by side."""
    learner = Learner(config, TensorSplit.of(train), seeds)
    for _ in range(epochs):
        learner.train_epoch()
    return learner.evaluated


def mean_sd(figures: Sequence[float]) -> str:
    spread = f" ± {100 * np.std(figures, ddof=1):.2f}" if len(figures) > 1 else ""
    return f"{100 * np.mean(figures):.2f}{spread}"


def compare(config: TrainingConfig, epochs: int, dataset: Dataset, seeds: Sequence[int]) -> None:
    """Print what each way to standardise makes of a configuration."""
    print("| inputs | test % | gap pp |\n| --- | ---: | ---: |")
    for way in (NONE, TRAIN, PERSON):
        train, test = standardized(dataset.train, dataset.test, way)
        networks = trained(config, epochs, train, seeds)
        tests = [accuracy(each, TensorSplit.of(test)) for each in networks]
        trains = [accuracy(each, TensorSplit.of(train)) for each in networks]
        gaps = [ours - theirs for ours, theirs in zip(trains, tests, strict=True)]
        print(f"| {way} | {mean_sd(tests)} | {mean_sd(gaps)} |", flush=True)


def few(networks: Sequence[torch.nn.Sequential], dataset: Dataset) -> None:
    """Print what fewer calibration windows cost."""
    test = dataset.test
    print("\n| windows of each test person | at random | the first, as worn |")
    print("| ---: | ---: | ---: |")
    for count in COUNTS:
        by_chance = []
        for seed, network in enumerate(networks):  # other windows for every network
            generator = np.random.default_rng(seed)
            split = calibrated(
                test, lambda own, top=count, draw=generator: draw.permutation(own)[:top]
            )
            by_chance.append(accuracy(network, split))
        first = calibrated(test, lambda own, top=count: own[:top])
        in_order = [accuracy(each, first) for each in networks]
        print(f"| {count} | {mean_sd(by_chance)} | {mean_sd(in_order)} |", flush=True)
    everything = calibrated(test, lambda own: own)
    print(f"| all | {mean_sd([accuracy(each, everything) for each in networks])} | |")
    scale = Scale.of(dataset.train.features)
    none = TensorSplit.of(replace(test, features=scale.apply(test.features)))
    figures = [accuracy(each, none) for each in networks]
    print(f"| none: the training people's mean and sd | {mean_sd(figures)} | |")


def missing(networks: Sequence[torch.nn.Sequential], dataset: Dataset) -> None:
    """Print what it costs where a person's calibration windows miss an activity."""
    test = dataset.test
    print("\n| never calibrated by | test % | that activity's windows % |\n| --- | ---: | ---: |")
    for number, activity in enumerate(ACTIVITIES):
        split = calibrated(test, lambda own, left=number: own[test.labels[own] != left])
        figures, recalls = [], []
        for network in networks:
            right = (predict(network, split.features) == split.labels).numpy()
            figures.append(float(right.mean()))
            recalls.append(float(right[test.labels == number].mean()))
        print(f"| {activity} | {mean_sd(figures)} | {mean_sd(recalls)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("HAR_SEARCH_DATA", "auto"))
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--storage", default="sqlite:///har-search.db")
    parser.add_argument("--study")
    parser.add_argument("--trial", type=int, help="measure this entry, not the leads")
    arguments = parser.parse_args()
    dataset, seeds = locate(arguments.data).dataset, range(arguments.seeds)
    measured = {}
    if arguments.trial is None:
        for name, (epochs, values) in LEADS.items():
            config = TrainingConfig.from_hyperparameters(
                {**LESSON, **values}, epochs=epochs, optimizer="adamw"
            )
            measured[name] = config, epochs
    else:
        (entry,) = entries(arguments.storage, arguments.study, [arguments.trial], None)
        measured[f"trial {entry.number} of {entry.study}"] = entry.config, entry.epoch
    with one_thread():
        for name, (config, epochs) in measured.items():
            print(f"\n## {name}: {epochs} epochs, {len(seeds)} seeds, mean ± sd, {dataset.name}\n")
            compare(config, epochs, dataset, seeds)
            train, _ = standardized(dataset.train, dataset.test, PERSON)
            networks = trained(config, epochs, train, seeds)
            few(networks, dataset)
            missing(networks, dataset)


if __name__ == "__main__":
    main()
