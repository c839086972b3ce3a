"""One trial's training, as its study scores it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from har_search.networks.splits import TensorSplit
from har_search.study.spec import StudySpec
from har_search.training.best_epoch import train
from har_search.training.config import TrainingConfig
from har_search.training.epochs import OnEpoch
from har_search.training.last_epoch import OnReplicas, train_to_last
from har_search.training.results import TrainingResult


def train_trial(
    spec: StudySpec,
    config: TrainingConfig,
    train_split: TensorSplit,
    test_split: TensorSplit,
    *,
    seeds: Sequence[int],
    should_stop: Callable[[], bool] = lambda: False,
    on_epoch: OnEpoch = lambda _figures: False,
    on_replicas: OnReplicas = lambda _replicas: False,
) -> TrainingResult:
    """Train as the study scores its trials: one seed to its best epoch, or `seeds` to the last.

    `should_stop` is asked after every epoch; where a callback returns True, training ends there.
    """
    if spec.scored_epoch == "best":
        (seed,) = seeds
        return train(
            config,
            train_split,
            test_split,
            seed=seed,
            scoring=spec.scoring,
            on_epoch=lambda figures: should_stop() or on_epoch(figures),
        )
    return train_to_last(
        config,
        train_split,
        test_split,
        seeds=seeds,
        scoring=spec.scoring,
        reports=spec.reports,
        should_stop=should_stop,
        on_epoch=on_epoch,
        on_replicas=on_replicas,
    )
