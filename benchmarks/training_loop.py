"""Seconds a training epoch: har-search's loop against a DataLoader loop, in one run.

Both train the lesson's network on one thread, the two sides in turn; the ratio is the median of the
rounds' ratios. Run it on an otherwise idle machine:

    python benchmarks/training_loop.py [--data PATH] [--batch-size 64] [--rounds 7]
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from har_search import model
from har_search.data.locate import locate
from har_search.learner import Learner, TensorSplit, TrainingConfig
from har_search.spec import LESSON


def dataloader_epoch(split: TensorSplit, config: TrainingConfig) -> Callable[[], object]:
    """Return one epoch of the usual loop: DataLoader, shuffled, default Adam, nn.Dropout."""
    network = model.build(config.mlp)
    optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    loader = DataLoader(
        TensorDataset(split.features, split.labels), batch_size=config.batch_size, shuffle=True
    )
    criterion = nn.CrossEntropyLoss()

    def epoch() -> None:
        network.train()
        for features, labels in loader:
            optimizer.zero_grad()
            criterion(network(features), labels).backward()
            optimizer.step()

    return epoch


def seconds(epoch: Callable[[], object]) -> float:
    begun = time.perf_counter()
    epoch()
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("HAR_SEARCH_DATA", "auto"))
    parser.add_argument("--batch-size", type=int, nargs="+", default=[32, 64, 256])
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    dataset = locate(arguments.data).dataset
    split = TensorSplit.of(dataset.train)
    print(
        f"{platform.machine()} {platform.system()}, {os.cpu_count()} cores, torch "
        f"{torch.__version__}, one thread, {dataset.name}, {arguments.rounds} rounds\n"
    )
    print("| batch | DataLoader s/epoch | har-search s/epoch | times faster (min to max) |")
    print("| ---: | ---: | ---: | ---: |")
    for batch_size in arguments.batch_size:
        config = TrainingConfig.from_hyperparameters(
            {**LESSON, "batch_size": batch_size}, epochs=arguments.rounds + 1, optimizer="adam"
        )
        theirs, ours = dataloader_epoch(split, config), Learner(config, split, [0]).train_epoch
        theirs()
        ours()
        pairs = [(seconds(theirs), seconds(ours)) for _ in range(arguments.rounds)]
        ratios = [their / our for their, our in pairs]
        print(
            f"| {batch_size} | {statistics.median(their for their, _ in pairs):.3f} "
            f"| {statistics.median(our for _, our in pairs):.3f} "
            f"| {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) |"
        )


if __name__ == "__main__":
    main()
