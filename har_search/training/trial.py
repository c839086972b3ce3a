"""One trial's training, as its study scores it."""

from __future__ import annotations

from collections.abc import Sequence

from har_search.networks.splits import Splits
from har_search.study.spec import StudySpec
from har_search.training.best_epoch import train
from har_search.training.config import TrainingConfig
from har_search.training.last_epoch import train_to_last
from har_search.training.results import TrainingResult
from har_search.training.watch import UNWATCHED, Watch


def train_trial(
    spec: StudySpec,
    config: TrainingConfig,
    splits: Splits,
    *,
    seeds: Sequence[int],
    watch: Watch = UNWATCHED,
) -> TrainingResult:
    """Train as the study scores its trials: one seed to its best epoch, or `seeds` to the last.

    `watch` follows it and may end it.
    """
    if spec.scored_epoch == "best":
        (seed,) = seeds
        return train(config, splits, seed=seed, scoring=spec.scoring, watch=watch)
    return train_to_last(
        config, splits, seeds=seeds, scoring=spec.scoring, reports=spec.reports, watch=watch
    )
