"""What proposes a trial's hyperparameters: the study file's sampler, seeded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import optuna

from har_search.study.spec import StudySpec


def make_sampler(spec: StudySpec, sampler_seed: int) -> optuna.samplers.BaseSampler:
    """Return the spec's sampler."""
    options: dict[str, Any] = {"seed": sampler_seed}
    if "startup_trials" in spec.sampler.options:
        options["n_startup_trials"] = int(spec.sampler.options["startup_trials"])
    samplers: dict[str, Callable[..., optuna.samplers.BaseSampler]] = {
        "tpe": optuna.samplers.TPESampler,
        "gp": optuna.samplers.GPSampler,
        "random": optuna.samplers.RandomSampler,
    }
    return samplers[spec.sampler.name](**options)
