"""Seconds a training epoch, side by side in one run, on one thread.

har-search's loop against a DataLoader loop with default Adam, against scikit-learn's MLPClassifier
where that has the same network (no BatchNorm, no dropout), and against the matrix products alone,
which no loop can beat; and eight replicas side by side against one. The sides take turns; ratios
are medians of the rounds'. Run it on an otherwise idle machine:

    python benchmarks/training_loop.py [--data PATH] [--batch-size 32 64 256] [--rounds 7]
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import torch
from example import example_epoch
from threadpoolctl import threadpool_limits

from har_search.data.locate import locate
from har_search.networks.splits import TensorSplit
from har_search.study.spec import LESSON
from har_search.training.config import TrainingConfig
from har_search.training.mlp_learner import MLPLearner

Epoch = Callable[[], object]
NETWORKS: Mapping[str, Mapping[str, Any]] = {
    "lesson's": {},
    "plain": {"batch_norm": False, "dropout": 0.0},
}


def scikit_learn_epoch(split: TensorSplit, config: TrainingConfig) -> Epoch:
    """Return one epoch of scikit-learn's own loop."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    features, labels = split.features.numpy(), split.labels.numpy()
    classifier = MLPClassifier(
        config.mlp.hidden_widths,
        alpha=0,
        batch_size=config.batch_size,
        learning_rate_init=config.learning_rate,
        max_iter=1,
        warm_start=True,
        random_state=0,
    )

    def epoch() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            classifier.fit(features, labels)

    return epoch


def matrix_products(split: TensorSplit, config: TrainingConfig) -> Epoch:
    """Return the products of one epoch: each layer's output, and both of its slopes."""
    sizes = (config.mlp.features, *config.mlp.hidden_widths, config.mlp.activities)
    batch = config.batch_size
    layers = [
        (
            torch.randn(batch, inputs),
            torch.randn(inputs, outputs),
            torch.randn(batch, outputs),
            torch.empty(batch, inputs),
            torch.empty(inputs, outputs),
            torch.empty(batch, outputs),
        )
        for inputs, outputs in itertools.pairwise(sizes)
    ]

    def epoch() -> None:
        for _ in range(-(-len(split.labels) // batch)):
            for number, (inputs, weights, slope, to_inputs, to_weights, outputs) in enumerate(
                layers
            ):
                torch.mm(inputs, weights, out=outputs)
                torch.mm(inputs.t(), slope, out=to_weights)
                if number:  # nobody needs the slope of the features
                    torch.mm(slope, weights.t(), out=to_inputs)

    return epoch


def seconds(epoch: Epoch) -> float:
    begun = time.perf_counter()
    epoch()
    return time.perf_counter() - begun


def spread(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("HAR_SEARCH_DATA", "auto"))
    parser.add_argument("--batch-size", type=int, nargs="+", default=[32, 64, 256])
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    dataset = locate(arguments.data).dataset
    split = TensorSplit.of(dataset.train)
    print(f"One thread, {dataset.name}, medians of {arguments.rounds} rounds (least to most)\n")
    print(
        "| network | batch | har-search s/epoch | times DataLoader "
        "| times scikit-learn | share of the matrix products | 8 replicas |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, changes in NETWORKS.items():
        for batch_size in arguments.batch_size:
            config = TrainingConfig.from_hyperparameters(
                {**LESSON, **changes, "batch_size": batch_size},
                epochs=arguments.rounds + 1,
                optimizer="adam",
            )
            sides: dict[str, Epoch] = {
                "ours": MLPLearner(config, split, [0]).train_epoch,
                "replicas": MLPLearner(config, split, range(8)).train_epoch,
                "loader": example_epoch(split, config),
                "products": matrix_products(split, config),
            }
            if name == "plain":
                sides["scikit-learn"] = scikit_learn_epoch(split, config)
            with threadpool_limits(1):
                for epoch in sides.values():
                    epoch()
                rounds = [
                    {side: seconds(epoch) for side, epoch in sides.items()}
                    for _ in range(arguments.rounds)
                ]

            def ratios(side: str, rounds: list[dict[str, float]] = rounds) -> list[float]:
                return [each[side] / each["ours"] for each in rounds]

            own = statistics.median(each["ours"] for each in rounds)
            print(
                f"| {name} | {batch_size} | {own:.3f} "
                f"| {spread(ratios('loader'))} "
                f"| {spread(ratios('scikit-learn')) if 'scikit-learn' in sides else ''} "
                f"| {statistics.median(ratios('products')):.0%} "
                f"| {statistics.median(ratios('replicas')):.1f} times one |",
                flush=True,
            )


if __name__ == "__main__":
    main()
