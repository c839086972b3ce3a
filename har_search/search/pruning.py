"""What a trial tells the pruner while it trains: its epochs' scores, or its seeds'."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import optuna

from har_search.study.spec import StudySpec
from har_search.training.epochs import EpochFigures
from har_search.training.results import Replica, mean_score


class PruningWatch:
    """Follows one trial's training: reports to the pruner, and knows why training ended early."""

    def __init__(
        self, trial: optuna.Trial, spec: StudySpec, should_stop: Callable[[], bool]
    ) -> None:
        self.trial, self.spec, self.ask = trial, spec, should_stop
        self.interrupted = self.pruned = False
        self.scores: list[float] = []  # of the epochs where it is known, or of the replicas

    def should_stop(self) -> bool:
        """Return whether the search is to stop."""
        self.interrupted = self.ask()
        return self.interrupted

    def on_epoch(self, figures: EpochFigures) -> bool:
        """Report an epoch's score, or the best one so far where it counts; prune by epochs."""
        if self.spec.replicas > 1:
            return False
        if figures.score is not None:
            self.scores.append(figures.score)
        if self.spec.reports(figures.epoch):
            best = self.spec.scored_epoch == "best"
            self.trial.report(max(self.scores) if best else self.scores[-1], figures.epoch)
            self.pruned = figures.epoch < self.spec.epochs and self.trial.should_prune()
        return self.pruned

    def on_replicas(self, replicas: Sequence[Replica]) -> bool:
        """Report each seed's own score, counted from 0, as the step of that number; prune by them.

        A pruned trial's last report is the score of its means, which makes that its value.
        """
        scoring = self.spec.scoring
        if self.spec.replicas == 1:
            return False
        for each in replicas[len(self.scores) :]:
            self.trial.report(scoring.score(each.test_accuracy, each.gap), len(self.scores))
            self.scores.append(scoring.score(each.test_accuracy, each.gap))
        self.pruned = len(replicas) < self.spec.replicas and self.trial.should_prune()
        if self.pruned:
            self.trial.report(mean_score(replicas, scoring), self.spec.replicas)
        return self.pruned
