"""What the pruner is told of a trial of several seeds, or of one scored by its last epoch."""

from dataclasses import replace

import optuna
import pytest

from har_search.data.dataset import Dataset
from har_search.networks.splits import Splits
from har_search.search.objective import Objective, TrialInterruptedError
from har_search.study.spec import Component, StudySpec
from tests.conftest import ENTRANT


@pytest.fixture(scope="module")
def splits(small: Dataset) -> Splits:
    return Splits.of(small.train, small.test)


@pytest.fixture
def several(quick: StudySpec) -> StudySpec:
    """A study whose trials are means over five seeds."""
    pruner = Component("wilcoxon", {"p_threshold": 0.3, "startup_replicas": 2})
    return replace(quick, replicas=5, scored_epoch="last", pruner=pruner)


@pytest.fixture
def objective(splits: Splits, several: StudySpec) -> Objective:
    return Objective(several, splits, ENTRANT, seed=3, should_stop=lambda: False)


def new_study(pruner: optuna.pruners.BasePruner | None = None) -> optuna.Study:
    sampler = optuna.samplers.RandomSampler(seed=0)
    return optuna.create_study(direction="maximize", sampler=sampler, pruner=pruner)


def test_a_trial_records_its_means_and_the_first_seeds_own_figures(objective: Objective) -> None:
    study = new_study(optuna.pruners.NopPruner())
    study.optimize(objective, n_trials=1)
    (trial,) = study.trials
    figures = trial.user_attrs
    assert figures["replicas"] == 5
    scores = list(trial.intermediate_values.values())
    assert list(trial.intermediate_values) == [0, 1, 2, 3, 4]
    scoring = objective.spec.scoring
    assert trial.value == scoring.score(figures["test_accuracy"], figures["gap"])
    first_gap = figures["first_train_accuracy"] - figures["first_test_accuracy"]
    assert scores[0] == scoring.score(figures["first_test_accuracy"], first_gap)
    assert figures["test_accuracy_sd"] > 0
    assert figures["epoch"] == objective.spec.epochs


class PruneAfter(optuna.pruners.BasePruner):
    def __init__(self, replicas: int) -> None:
        self.replicas = replicas

    def prune(self, study: optuna.Study, trial: optuna.trial.FrozenTrial) -> bool:
        return len(trial.intermediate_values) >= self.replicas


def test_a_pruned_trials_value_is_the_score_of_its_means(objective: Objective) -> None:
    study = new_study(PruneAfter(3))
    study.optimize(objective, n_trials=1)
    (trial,) = study.trials
    assert trial.state == optuna.trial.TrialState.PRUNED
    figures = trial.user_attrs
    assert figures["replicas"] == 4  # the pruner looks after each pair
    assert trial.value == objective.spec.scoring.score(figures["test_accuracy"], figures["gap"])
    assert list(trial.intermediate_values) == [0, 1, 2, 3, 5]


def test_no_trial_is_pruned_that_has_all_its_seeds(objective: Objective) -> None:
    study = new_study(PruneAfter(5))
    study.optimize(objective, n_trials=1)
    assert study.trials[0].state == optuna.trial.TrialState.COMPLETE


def test_a_stopped_trial_records_nothing(objective: Objective) -> None:
    study = new_study()
    with pytest.raises(TrialInterruptedError):
        study.optimize(replace(objective, should_stop=lambda: True), n_trials=1)
    assert "test_accuracy" not in study.trials[0].user_attrs
    assert study.trials[0].intermediate_values == {}


def test_by_epochs_a_trial_of_the_last_epoch_reports_that_epochs_score(
    splits: Splits, quick: StudySpec
) -> None:
    spec = replace(quick, epochs=3, scored_epoch="last")
    study = new_study(optuna.pruners.NopPruner())
    study.optimize(Objective(spec, splits, ENTRANT, 3, lambda: False), n_trials=1)
    (trial,) = study.trials
    assert list(trial.intermediate_values) == [1, 2, 3]
    assert trial.value == trial.intermediate_values[3]
    assert trial.user_attrs["epoch"] == 3
    assert "replicas" not in trial.user_attrs
