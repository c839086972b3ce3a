import itertools
import warnings
from dataclasses import replace

import optuna
import pytest

from har_search.data.dataset import Dataset
from har_search.networks.splits import Splits
from har_search.search.objective import Objective, TrialFailedError, TrialInterruptedError, suggest
from har_search.search.study import _enqueue_starts
from har_search.study.file import load_spec, parse_spec
from har_search.study.seeds import trial_seed
from har_search.study.spec import HYPERPARAMETERS, LESSON, StudySpec
from har_search.training import trial as trial_module
from har_search.training.best_epoch import train
from har_search.training.config import TrainingConfig
from har_search.training.versions import versions
from tests.conftest import ENTRANT


@pytest.fixture
def objective(small: Dataset, quick: StudySpec) -> Objective:
    return Objective(
        quick,
        Splits.of(small.train, small.test),
        ENTRANT,
        seed=3,
        should_stop=lambda: False,
    )


@pytest.fixture
def study() -> optuna.Study:
    return optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))


@pytest.mark.parametrize("name", ["homework", "lesson", "robust", "wide"])
def test_every_hyperparameter_gets_a_value_of_its_type(study: optuna.Study, name: str) -> None:
    spec = load_spec(name)
    for _ in range(20):
        values = suggest(study.ask(), spec)
        assert values.keys() == HYPERPARAMETERS.keys()
        for key, rule in HYPERPARAMETERS.items():
            assert isinstance(values[key], rule.kind)
            assert rule.kind is not int or not isinstance(values[key], bool)
        TrainingConfig.from_hyperparameters(values, epochs=1, optimizer="adam")


@pytest.mark.parametrize("name", ["homework", "lesson", "robust", "wide"])
def test_the_first_trial_is_the_lessons_network(study: optuna.Study, name: str) -> None:
    spec = load_spec(name)
    _enqueue_starts(study, spec, skip=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # no value outside of its distribution
        assert suggest(study.ask(), spec) == LESSON


def test_the_lesson_is_tried_even_where_the_search_leaves_it_out(study: optuna.Study) -> None:
    search = {"width": {"low": 256, "high": 512}, "batch_norm": [False]}
    spec = parse_spec({"study": {"name": "far"}, "search": search}, "far.toml")
    _enqueue_starts(study, spec, skip=0)
    first = study.ask()
    assert suggest(first, spec) == LESSON
    assert first.params == {"width": 256, "batch_norm": False}


def test_a_start_sets_what_it_names_and_leaves_the_rest_to_the_sampler(
    study: optuna.Study,
) -> None:
    tables = {
        "study": {"name": "x"},
        "search": {"width": {"low": 8, "high": 512}, "dropout": {"low": 0.0, "high": 0.5}},
        "start": [{"name": "wide", "width": 500, "mixup": 0.4}],
    }
    spec = parse_spec(tables, "x.toml")
    _enqueue_starts(study, spec, skip=0)
    suggest(study.ask(), spec)
    values = suggest(study.ask(), spec)
    assert (values["width"], values["mixup"]) == (500, 0.4)
    third = suggest(study.ask(), spec)
    assert third["mixup"] == 0.0
    assert values["dropout"] != third["dropout"]


def test_a_trial_records_its_figures_and_can_be_trained_again_to_the_last_bit(
    study: optuna.Study, objective: Objective
) -> None:
    study.optimize(objective, n_trials=2)
    for trial in study.trials:
        figures = trial.user_attrs
        assert figures["seed"] == trial_seed(3, trial.number)
        config = TrainingConfig.from_hyperparameters(
            {**objective.spec.recipe, **trial.params}, epochs=2, optimizer="adam"
        )
        again = train(config, objective.splits, seed=figures["seed"])
        assert trial.value == again.score
        for name in ("test_accuracy", "train_accuracy", "running_train_accuracy", "gap", "epoch"):
            assert figures[name] == getattr(again, name)
        assert figures["parameters"] == again.parameters
        assert figures["track_a"] in (0, 1)
        assert figures["student"] == "ann"
        assert figures["versions"] == versions()
        scores = [-1.0 if each.score is None else each.score for each in again.history]
        best_so_far = itertools.accumulate(scores, max)
        assert trial.intermediate_values == dict(enumerate(best_so_far, 1))


class PruneAt(optuna.pruners.BasePruner):
    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def prune(self, study: optuna.Study, trial: optuna.trial.FrozenTrial) -> bool:
        return trial.last_step == self.epoch


def test_a_pruned_trial_keeps_its_figures_and_its_score(
    study: optuna.Study, objective: Objective
) -> None:
    study.pruner = PruneAt(2)
    pruned = replace(objective, spec=replace(objective.spec, epochs=4))
    study.optimize(pruned, n_trials=1)
    (trial,) = study.trials
    assert trial.state == optuna.trial.TrialState.PRUNED
    figures = trial.user_attrs
    assert figures["epochs"] == 2
    assert trial.value == pruned.spec.scoring.score(figures["test_accuracy"], figures["gap"])


def test_a_trial_is_not_pruned_at_its_last_epoch(study: optuna.Study, objective: Objective) -> None:
    study.pruner = PruneAt(2)
    study.optimize(objective, n_trials=1)
    assert study.trials[0].state == optuna.trial.TrialState.COMPLETE


def test_a_stop_ends_the_trial_after_its_epoch(study: optuna.Study, objective: Objective) -> None:
    stopping = replace(objective, should_stop=lambda: True)
    with pytest.raises(TrialInterruptedError):
        study.optimize(stopping, n_trials=1)
    assert "test_accuracy" not in study.trials[0].user_attrs


def test_what_training_raises_is_recorded_as_the_reason(
    study: optuna.Study, objective: Objective, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(trial_module, "train", broken)
    with pytest.raises(TrialFailedError, match="RuntimeError: out of memory"):
        study.optimize(objective, n_trials=1)
