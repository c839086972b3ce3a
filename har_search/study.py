"""The study in the database: made once, checked ever after, with its sampler and pruner."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from typing import Any, cast

import optuna
import sqlalchemy
from optuna.trial import TrialState

from har_search import attributes, budget, confirmations, details
from har_search.data import Dataset
from har_search.errors import StudyMismatchError
from har_search.patient_storage import PatientStorage
from har_search.spec import Range, StudySpec, Value
from har_search.storage import alone, has_studies_table, open_for_reading
from har_search.study_file import parse_spec


def prepare_study(
    storage: PatientStorage, name: str, spec: StudySpec, dataset: Dataset
) -> optuna.Study:
    """Make the study, or load it and check that it is the same one.

    Safe from any number of processes at once: one makes it, and one that died on the way is made
    good by the next.

    Raises:
        StudyMismatchError: it has another spec or other data; the message names what changed.
    """
    with alone(storage.url):
        budget.create_table(storage)
        details.create_table(storage)
        confirmations.create_table(storage)
        study = optuna.create_study(
            storage=storage, study_name=name, direction="maximize", load_if_exists=True
        )
        about = {"name": dataset.name, "fingerprint": dataset.fingerprint}
        if attributes.SPEC in study.user_attrs:
            _check_same(study, spec, about)
            return study
        if attributes.DATASET not in study.user_attrs and (study.user_attrs or study.trials):
            raise StudyMismatchError(
                f"the study '{name}' was not made by har-search; give the study file another "
                "[study] name"
            )
        study.set_user_attr(attributes.DATASET, about)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            study.set_metric_names(["score"])
        _enqueue_starts(study, spec, skip=len(study.trials))
        study.set_user_attr(attributes.SPEC, spec.tables())
        return study


def load_study(storage: PatientStorage, name: str, spec: StudySpec, seed: int) -> optuna.Study:
    """Load a prepared study to run trials of, with the spec's sampler, seeded, and pruner."""
    return optuna.load_study(
        storage=storage,
        study_name=name,
        sampler=make_sampler(spec, seed),
        pruner=make_pruner(spec),
    )


def stored_spec(url: str, name: str) -> tuple[StudySpec, str] | None:
    """Return the spec that a study in the database was made with, and its data's name, if any.

    Raises:
        NotFoundError: no SQLite file there.
        StorageError: the database cannot be read.
    """
    query = sqlalchemy.text(
        "SELECT a.key, a.value_json FROM studies s JOIN study_user_attributes a "
        "ON a.study_id = s.study_id WHERE s.study_name = :name"
    )
    with open_for_reading(url) as connection:
        if not has_studies_table(connection):
            return None
        stored: dict[str, str] = dict(map(tuple, connection.execute(query, {"name": name})))
    if attributes.SPEC not in stored:
        return None
    spec = parse_spec(json.loads(stored[attributes.SPEC]), f"study '{name}'")
    return spec, json.loads(stored[attributes.DATASET])["name"]


def _check_same(study: optuna.Study, spec: StudySpec, dataset: dict[str, str]) -> None:
    recorded = study.user_attrs
    stored_spec = parse_spec(recorded[attributes.SPEC], f"study '{study.study_name}'")
    changes = stored_spec.differences(spec)
    stored = recorded[attributes.DATASET]
    if stored != dataset:
        changes.append(
            f"data: {stored['name']} {stored['fingerprint']} → "
            f"{dataset['name']} {dataset['fingerprint']}"
        )
    if changes:
        raise StudyMismatchError(
            f"the study '{study.study_name}' is another one: {'; '.join(changes)}. Give the study "
            "file another [study] name, or another database with --storage"
        )


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


def make_pruner(spec: StudySpec) -> optuna.pruners.BasePruner:
    """Return the spec's pruner; epochs count from 1, replicas from 0."""
    options = spec.pruner.options
    if spec.pruner.name == "none":
        return optuna.pruners.NopPruner()
    if spec.pruner.name == "wilcoxon":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            return optuna.pruners.WilcoxonPruner(
                p_threshold=options.get("p_threshold", 0.1),
                n_startup_steps=int(options.get("startup_replicas", 2)),
            )
    return OncePerTrialPruner(
        options.get("percentile", 50.0),
        n_startup_trials=int(options.get("startup_trials", 5)),
        n_warmup_steps=int(options.get("warmup_epochs", 0)) + 1,
        interval_steps=int(options.get("interval", 1)),
    )


class OncePerTrialPruner(optuna.pruners.PercentilePruner):
    """A `PercentilePruner` that reads the finished trials once for each trial it judges.

    Optuna's reads them again at every report, which takes longer than the report.
    """

    def prune(self, study: optuna.Study, trial: optuna.trial.FrozenTrial) -> bool:
        """Return whether the trial's best report is among the worse ones at its latest step."""
        if trial.number != getattr(self, "_number", None):
            self._number, self._finished = trial.number, _Finished(study)
        return super().prune(cast("optuna.Study", self._finished), trial)


class _Finished:
    """The part of a study that a `PercentilePruner` asks for, as the trial's sampler read it."""

    def __init__(self, study: optuna.Study) -> None:
        self.direction = study.direction
        complete = (TrialState.COMPLETE,)
        self.complete = study._get_trials(deepcopy=False, states=complete, use_cache=True)

    def get_trials(self, **_options: object) -> list[optuna.trial.FrozenTrial]:
        return self.complete


def _enqueue_starts(study: optuna.Study, spec: StudySpec, skip: int) -> None:
    """Queue the study file's starts but the first `skip`, to be the study's first trials.

    Optuna is told the nearest value of the search space where the lesson lies outside of it; the
    attribute `start` makes `suggest` use the lesson's own.
    """
    for start in spec.starts[skip:]:
        parameters: dict[str, Value] = {}
        for name, value in start.values.items():
            space = spec.search.get(name)
            if isinstance(space, Range) and isinstance(value, int | float):
                parameters[name] = space.nearest(value)
            elif space is not None:
                assert isinstance(space, tuple)
                parameters[name] = value if value in space else space[0]
        study.enqueue_trial(parameters, user_attrs={attributes.START: start.name})
