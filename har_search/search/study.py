"""The study in the database: made once, checked ever after, with its sampler and pruner."""

from __future__ import annotations

import warnings

import optuna

from har_search.data.dataset import Dataset
from har_search.errors import StudyMismatchError
from har_search.search.pruners import make_pruner
from har_search.search.samplers import make_sampler
from har_search.search.space import nearest
from har_search.storage import attributes
from har_search.storage.database import alone
from har_search.storage.patient import PatientStorage
from har_search.study.file import parse_spec
from har_search.study.spec import StudySpec, Value


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
        storage.create_our_tables()
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


def _enqueue_starts(study: optuna.Study, spec: StudySpec, skip: int) -> None:
    """Queue the study file's starts but the first `skip`, to be the study's first trials.

    Optuna is told the nearest value of the search space where the lesson lies outside of it; the
    attribute `start` makes `suggest` use the lesson's own.
    """
    for start in spec.starts[skip:]:
        parameters: dict[str, Value] = {}
        for name, value in start.values.items():
            if name in spec.search:
                parameters[name] = nearest(spec.search[name], value)
        study.enqueue_trial(parameters, user_attrs={attributes.START: start.name})
