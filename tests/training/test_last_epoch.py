import math
from dataclasses import replace

import optuna
import pytest
import torch

from har_search.challenge.rules import Scoring
from har_search.data.dataset import Dataset
from har_search.networks import mlp
from har_search.networks.evaluation import accuracy
from har_search.networks.splits import TensorSplit
from har_search.search.objective import Objective, TrialInterruptedError
from har_search.study.seeds import replica_seeds
from har_search.study.spec import Component, StudySpec
from har_search.training.best_epoch import train
from har_search.training.epochs import EpochFigures
from har_search.training.last_epoch import TOGETHER, train_replicas, train_to_last
from har_search.training.results import Replica
from tests.conftest import ENTRANT
from tests.training.test_best_epoch import EVERYTHING, Splits, config

SEEDS = [5, 6, 7, 8, 9]


@pytest.fixture(scope="module")
def splits(small: Dataset) -> Splits:
    return TensorSplit.of(small.train), TensorSplit.of(small.test)


@pytest.mark.parametrize("changes", [{}, EVERYTHING])
def test_figures_are_means_over_seeds_at_the_last_epoch(splits: Splits, changes: dict) -> None:
    trained = config(epochs=3, **changes)
    result = train_to_last(trained, *splits, seeds=SEEDS)
    alone = train_replicas(trained, *splits, seeds=SEEDS, epochs=3)
    assert [each.seed for each in result.replicas] == SEEDS
    one_window = 1 / len(splits[1].labels)
    for ours, other in zip(result.replicas, alone, strict=True):
        assert ours.test_accuracy == pytest.approx(other.test_accuracy, abs=1.01 * one_window)
        assert ours.train_accuracy == pytest.approx(other.train_accuracy, abs=1.01 * one_window)
    tests = [each.test_accuracy for each in result.replicas]
    trains = [each.train_accuracy for each in result.replicas]
    assert result.test_accuracy == pytest.approx(math.fsum(tests) / 5)
    assert result.train_accuracy == pytest.approx(math.fsum(trains) / 5)
    assert result.gap == result.train_accuracy - result.test_accuracy
    assert result.score == Scoring().score(result.test_accuracy, result.gap)
    assert (result.epoch, result.epochs) == (3, 3)


def test_weights_curve_and_confusion_are_the_first_seeds(splits: Splits) -> None:
    trained = config(epochs=4)
    result = train_to_last(trained, *splits, seeds=SEEDS)
    first = result.replicas[0]
    network = mlp.build(trained.mlp)
    network.load_state_dict(result.weights)
    assert accuracy(network, splits[1]) == first.test_accuracy
    assert accuracy(network, splits[0]) == first.train_accuracy
    assert sum(row[i] for i, row in enumerate(result.confusion)) == round(
        first.test_accuracy * len(splits[1].labels)
    )
    last = result.history[-1]
    assert (last.epoch, last.test_accuracy) == (4, first.test_accuracy)
    assert (last.train_accuracy, last.gap) == (first.train_accuracy, first.gap)
    assert [each.train_accuracy for each in result.history[:-1]] == [None] * 3  # not needed


def test_one_seed_is_trained_as_alone(splits: Splits) -> None:
    trained = config(epochs=4)
    result = train_to_last(trained, *splits, seeds=[5], reports=lambda epoch: epoch == 2)
    alone = train(trained, *splits, seed=5)
    assert [each.test_accuracy for each in result.history] == [
        each.test_accuracy for each in alone.history
    ]
    assert [each.score is not None for each in result.history] == [False, True, False, True]
    assert result.test_accuracy == alone.history[-1].test_accuracy


def test_the_first_pairs_are_the_same_bits_however_many_follow(splits: Splits) -> None:
    trained = config(epochs=2, **EVERYTHING)
    five = train_to_last(trained, *splits, seeds=SEEDS)
    four = train_to_last(trained, *splits, seeds=SEEDS[:4])
    seen: list[int] = []

    def end_after_two(replicas: list[Replica]) -> bool:
        seen.append(len(replicas))
        return len(replicas) == TOGETHER

    two = train_to_last(trained, *splits, seeds=SEEDS, on_replicas=end_after_two)
    assert seen == [TOGETHER]
    assert five.replicas[:4] == four.replicas
    assert four.replicas[:2] == two.replicas
    for other in (four, two):
        assert all(torch.equal(each, five.weights[key]) for key, each in other.weights.items())


@pytest.mark.parametrize("asked", [1, 4, 7])  # within the first pair, the second and the third
def test_a_stop_is_heard_after_every_epoch(splits: Splits, asked: int) -> None:
    count = 0

    def should_stop() -> bool:
        nonlocal count
        count += 1
        return count == asked

    result = train_to_last(config(epochs=3), *splits, seeds=SEEDS, should_stop=should_stop)
    assert count == asked
    assert len(result.replicas) == TOGETHER * math.ceil(asked / 3) - (asked == 7)


def test_a_seed_that_diverges_counts_with_its_network_before_it(splits: Splits) -> None:
    trained = config(epochs=5)
    broken = TensorSplit(splits[0].features.clone(), splits[0].labels)

    def poison(figures: EpochFigures) -> bool:
        if figures.epoch == 2:
            broken.features[0, 0] = float("nan")
        return False

    result = train_to_last(trained, broken, splits[1], seeds=[5, 6], on_epoch=poison)
    before = train_replicas(trained, *splits, seeds=[5, 6], epochs=2)
    assert result.diverged
    assert result.epoch == len(result.history) == 2
    assert [each.test_accuracy for each in result.replicas] == [
        each.test_accuracy for each in before
    ]
    at_once = train_to_last(config(learning_rate=1e30, batch_norm=False), *splits, seeds=[5, 6, 7])
    assert (at_once.epoch, at_once.history, len(at_once.replicas)) == (0, (), 3)
    assert math.isfinite(at_once.score)


@pytest.fixture
def several(quick: StudySpec) -> StudySpec:
    """A study whose trials are means over five seeds."""
    pruner = Component("wilcoxon", {"p_threshold": 0.3, "startup_replicas": 2})
    return replace(quick, replicas=5, scored_epoch="last", pruner=pruner)


@pytest.fixture
def objective(splits: Splits, several: StudySpec) -> Objective:
    return Objective(several, *splits, ENTRANT, seed=3, should_stop=lambda: False)


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
    study.optimize(Objective(spec, *splits, ENTRANT, 3, lambda: False), n_trials=1)
    (trial,) = study.trials
    assert list(trial.intermediate_values) == [1, 2, 3]
    assert trial.value == trial.intermediate_values[3]
    assert trial.user_attrs["epoch"] == 3
    assert "replicas" not in trial.user_attrs


def test_seeds_follow_from_the_trials_own_and_do_not_depend_on_how_many() -> None:
    assert replica_seeds(12, 1) == [12]
    assert replica_seeds(12, 6)[:3] == replica_seeds(12, 3)
    seeds = {each for seed in range(50) for each in replica_seeds(seed, 20)}
    assert len(seeds) == 1000
    assert all(0 <= seed < 2**32 for seed in seeds)
