import subprocess
import sys

import optuna
import pytest
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from har_search.search.objective import suggest
from har_search.search.space import distribution, nearest
from har_search.study.file import load_spec
from har_search.study.spec import Range, Space, Value


@pytest.mark.parametrize(
    ("space", "expected"),
    [
        (Range(8, 512), IntDistribution(8, 512)),
        (Range(8, 512, log=True), IntDistribution(8, 512, log=True)),
        (Range(8, 512, step=8), IntDistribution(8, 512, step=8)),
        (Range(0.0, 0.5), FloatDistribution(0.0, 0.5)),
        (Range(1e-4, 1e-1, log=True), FloatDistribution(1e-4, 1e-1, log=True)),
        (Range(0.0, 0.5, step=0.05), FloatDistribution(0.0, 0.5, step=0.05)),
        ((True, False), CategoricalDistribution((True, False))),
        ((32, 64), CategoricalDistribution((32, 64))),
    ],
)
def test_a_space_is_one_distribution_of_optunas(space: Space, expected: BaseDistribution) -> None:
    assert distribution(space) == expected


@pytest.mark.parametrize("name", ["homework", "lesson", "robust", "wide"])
def test_a_trial_is_drawn_from_these_distributions(name: str) -> None:
    spec = load_spec(name)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    trial = study.ask()
    suggest(trial, spec)
    expected = {each: distribution(space) for each, space in spec.search.items()}
    assert trial.distributions == expected
    assert list(trial.params) == list(expected)  # samplers draw in the study file's order


@pytest.mark.parametrize(
    ("space", "value", "expected"),
    [
        (Range(8, 512), 128, 128),
        (Range(8, 512), 1024, 512),
        (Range(0.1, 0.5), 0.0, 0.1),
        ((32, 64), 64, 64),
        ((32, 64), 128, 32),
        ((False,), True, False),
    ],
)
def test_the_nearest_value(space: Space, value: Value, expected: Value) -> None:
    assert nearest(space, value) == expected


def test_the_module_is_imported_without_optuna() -> None:
    check = "import sys, har_search.search.space; print('optuna' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
