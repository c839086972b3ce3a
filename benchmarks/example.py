"""What many start from: a search in the manner of Optuna's own PyTorch example.

One process, a `DataLoader` over a `TensorDataset` for each trial, default Adam with autograd, every
epoch's accuracy from another `DataLoader`, and Optuna's default sampler and pruner. It trains the
same networks by the same recipe as a study file says; the train split is evaluated only after
epochs of a new best test accuracy.
"""

from __future__ import annotations

from collections.abc import Callable

import optuna
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from har_search.challenge.rules import gap
from har_search.networks import mlp
from har_search.networks.splits import Splits, TensorSplit
from har_search.search.objective import suggest
from har_search.study.spec import StudySpec
from har_search.training.config import TrainingConfig

OnFigures = Callable[[float, float], None]


def accuracy(network: nn.Module, loader: DataLoader[tuple[torch.Tensor, ...]]) -> float:
    network.eval()
    correct = count = 0
    with torch.no_grad():
        for features, labels in loader:
            correct += int((network(features).argmax(dim=1) == labels).sum())
            count += len(labels)
    return correct / count


def example_epoch(split: TensorSplit, config: TrainingConfig) -> Callable[[], nn.Module]:
    """Return what trains a network for one more epoch and returns it."""
    network = mlp.build(config.mlp)
    algorithm = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[config.optimizer]
    optimizer = algorithm(
        network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
    )
    loader = DataLoader(
        TensorDataset(split.features, split.labels), batch_size=config.batch_size, shuffle=True
    )
    criterion = nn.CrossEntropyLoss(label_smoothing=config.label_smoothing)

    def epoch() -> nn.Module:
        network.train()
        for features, labels in loader:
            optimizer.zero_grad()
            criterion(network(features), labels).backward()
            optimizer.step()
        return network

    return epoch


def example_search(
    spec: StudySpec,
    splits: Splits,
    trials: int,
    *,
    seed: int,
    prune: bool,
    on_figures: OnFigures = lambda *_: None,
) -> None:
    """Run trials one after the other, telling `on_figures` each best test accuracy and its gap.

    An `optuna.TrialPruned` or any error of `on_figures` goes on to Optuna, so it may stop the
    search.
    """
    loaders = [
        DataLoader(TensorDataset(each.features, each.labels), batch_size=256)
        for each in (splits.train, splits.test)
    ]

    def objective(trial: optuna.Trial) -> float:
        config = TrainingConfig.from_hyperparameters(
            suggest(trial, spec), epochs=spec.epochs, optimizer=spec.optimizer
        )
        train_epoch, best, score = example_epoch(splits.train, config), 0.0, 0.0
        for epoch in range(spec.epochs):
            network = train_epoch()
            test_accuracy = accuracy(network, loaders[1])
            if test_accuracy > best:
                best = test_accuracy
                difference = gap(accuracy(network, loaders[0]), test_accuracy)
                score = max(score, spec.scoring.score(test_accuracy, difference))
                on_figures(test_accuracy, difference)
            trial.report(score, epoch)
            if prune and trial.should_prune():
                raise optuna.TrialPruned
        return score

    pruner = optuna.pruners.MedianPruner() if prune else optuna.pruners.NopPruner()
    sampler = optuna.samplers.TPESampler(seed=seed)
    study = optuna.create_study(direction="maximize", sampler=sampler, pruner=pruner)
    for start in spec.starts:
        values = {name: value for name, value in start.values.items() if name in spec.search}
        study.enqueue_trial(values, user_attrs={"start": start.name})
    study.optimize(objective, n_trials=trials)
