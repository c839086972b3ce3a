"""What proposes hyperparameters: the file's sampler, and the same from the same seed."""

from dataclasses import replace

import optuna
import pytest

from har_search.search.objective import suggest
from har_search.search.samplers import make_sampler
from har_search.study.spec import Component, StudySpec

NAMES = ["tpe", "random"]  # the Gaussian process takes seconds


def proposed(spec: StudySpec, seed: int, trials: int = 12) -> list[dict[str, object]]:
    """Return what is proposed where a smaller width is better."""
    study = optuna.create_study(direction="maximize", sampler=make_sampler(spec, seed))
    for _ in range(trials):
        trial = study.ask()
        study.tell(trial, -float(suggest(trial, spec)["width"]))
    return [trial.params for trial in study.trials]


@pytest.fixture
def spec(quick: StudySpec) -> StudySpec:
    return replace(quick, starts=())


def test_samplers_are_those_the_file_names(quick: StudySpec) -> None:
    def sampler(name: str, **chosen: float) -> object:
        return make_sampler(replace(quick, sampler=Component(name, chosen)), 1)

    assert isinstance(sampler("tpe", startup_trials=20), optuna.samplers.TPESampler)
    assert isinstance(sampler("gp"), optuna.samplers.GPSampler)
    assert isinstance(sampler("random"), optuna.samplers.RandomSampler)


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_fixes_what_is_proposed(spec: StudySpec, name: str) -> None:
    chosen = replace(spec, sampler=Component(name, {}))
    assert proposed(chosen, 1) == proposed(chosen, 1) != proposed(chosen, 2)


def test_before_its_startup_trials_are_done_the_sampler_draws_at_random(spec: StudySpec) -> None:
    few, many = (
        proposed(replace(spec, sampler=Component("tpe", {"startup_trials": startup})), 1)
        for startup in (3.0, 8.0)  # a file's numbers may be written as 3.0
    )
    assert few[:3] == many[:3]
    assert few[3:8] != many[3:8]
