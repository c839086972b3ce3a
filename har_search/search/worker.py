"""One worker: claims places in the budget and runs a trial for each, until none is left."""

from __future__ import annotations

from collections.abc import Mapping

import optuna
import torch
from optuna.trial import FrozenTrial, TrialState

from har_search.challenge.rules import track_key
from har_search.data.dataset import Dataset
from har_search.machine import this_worker
from har_search.networks.device import choose_device
from har_search.networks.splits import prepare
from har_search.search.budget import put_back
from har_search.search.events import FailedTrial, FinishedTrial
from har_search.search.first_trial import FirstTrial
from har_search.search.job import Job, Orders
from har_search.search.notable import Exhibited, exhibit, merits_of
from har_search.search.objective import Objective, TrialFailedError, TrialInterruptedError
from har_search.search.study import load_study
from har_search.storage import attributes
from har_search.storage.claims import Claim, claim_place, finished_trials
from har_search.storage.database import open_for_writing
from har_search.storage.details import save
from har_search.storage.patient import PatientStorage
from har_search.storage.studies import require_study, studies_kept
from har_search.study.spec import StudySpec
from har_search.training.recorded import Attribute, Entrant
from har_search.training.results import TrainingResult, details_of
from har_search.training.whole_curve import with_whole_curve

WAIT_SECONDS = 0.5  # between two looks for a free place


def work(job: Job, dataset: Dataset, orders: Orders) -> None:
    """Run trials until the study has its finished ones, or until ordered to end.

    Raises:
        StorageError: the database fails for longer than the patience.
        NotFoundError: the study is deleted meanwhile.
        OptionError: the device is not there.
    """
    device = choose_device(job.device)
    torch.set_num_threads(1)  # as many workers as cores: more threads would fight for them
    splits = prepare(dataset.train, dataset.test, job.spec.inputs, device)
    with (
        open_for_writing(job.url, job.patience_seconds, patient_start=True) as storage,
        studies_kept(storage, [job.study_name]),
    ):
        study = load_study(storage, job.study_name, job.spec, job.sampler_seed)
        exhibited: dict[int, Exhibited] = {}

        def record(
            trial: optuna.Trial, recorded: Mapping[str, Attribute], result: TrainingResult
        ) -> None:
            merits = merits_of(storage, job.study_name, job.spec, result)
            if merits.phrases:
                result = with_whole_curve(result, splits, job.spec.scoring)
            details = details_of(result)
            save(storage, job.study_name, trial.number, details)
            storage.set_trial_user_attrs(job.study_name, trial.number, recorded)
            exhibited[trial.number] = exhibit(
                storage, job.spec, merits, job.artifacts, trial, result, details
            )

        first = FirstTrial(job.spec, orders)
        objective = Objective(
            spec=job.spec,
            splits=splits,
            entrant=Entrant(job.student, dataset.name, str(device)),
            seed=job.seed,
            should_stop=first.should_stop,
            record=record,
            suggesting=storage.params_at_once,
        )
        worker = this_worker()
        while not orders.stop() and not orders.drain():
            claim = claim_place(storage, job.study_name, job.trials, worker)
            if claim is not None:
                with claim.beating():
                    _run_trial(storage, study, claim, objective, exhibited, orders)
                first.over = True
            elif finished_trials(storage, job.study_name) >= job.trials:
                return
            else:  # others hold the last places, and may yet give one back
                require_study(storage, job.study_name)
                orders.wait(WAIT_SECONDS)


def _run_trial(
    storage: PatientStorage,
    study: optuna.Study,
    claim: Claim,
    objective: Objective,
    exhibited: dict[int, Exhibited],
    orders: Orders,
) -> None:
    """Fill a claimed place with one trial, or give the place back."""
    trial = study.ask()
    if not claim.attach(trial.number):
        # We were taken for dead. What runs without a claim must not finish.
        put_back(storage, study, trial.number, attributes.WORKER_DIED)
        return
    try:
        value = objective(trial)
    except optuna.TrialPruned:
        told = study.tell(trial, state=TrialState.PRUNED, skip_if_finished=True)
    except TrialInterruptedError:
        put_back(storage, study, trial.number, attributes.INTERRUPTED)
        claim.release()
        return
    except TrialFailedError as error:
        reason = {attributes.FAILURE: str(error)}
        storage.set_trial_user_attrs(study.study_name, trial.number, reason)
        study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)
        claim.release()
        orders.tell(FailedTrial(trial.number, str(error)))
        return
    except optuna.exceptions.UpdateFinishedTrialError:
        claim.release()  # taken for dead; another tries these parameters
        return
    else:
        told = study.tell(trial, value, skip_if_finished=True)
    claim.release()
    if told.state != TrialState.FAIL:  # else it was taken for dead at the last moment
        done = finished_trials(storage, study.study_name)
        orders.tell(_finished(told, objective.spec, done, exhibited.pop(trial.number)))


def _finished(
    trial: FrozenTrial, spec: StudySpec, done: int, exhibited: Exhibited
) -> FinishedTrial:
    figures = trial.user_attrs
    assert trial.value is not None
    return FinishedTrial(
        number=trial.number,
        pruned=trial.state == TrialState.PRUNED,
        score=trial.value,
        test_accuracy=figures["test_accuracy"],
        gap=figures["gap"],
        tracks=tuple(track.name for track in spec.tracks if figures[track_key(track.name)]),
        parameters=figures["parameters"],
        epochs=figures["epochs"],
        seconds=figures["seconds"],
        done=done,
        leads=exhibited.leads,
        replicas=figures.get("replicas", 1),
        test_accuracy_sd=figures.get("test_accuracy_sd"),
        unkept=exhibited.unkept,
    )
