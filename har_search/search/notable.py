"""Which trials are notable, and what a worker keeps of them: a note, their epochs and weights.

A trial is notable where it is the first of a track, a new best, or among its study's ten best by
score at its time; only these get files and a note, which optuna-dashboard loads at every look.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import optuna

from har_search.challenge.figures import Details
from har_search.challenge.inputs import label
from har_search.challenge.rules import track_key
from har_search.storage.artifacts import WEIGHTS
from har_search.storage.merits import as_good, best_of_track
from har_search.storage.patient import PatientStorage
from har_search.study.spec import StudySpec
from har_search.texts import rendered

if TYPE_CHECKING:
    from har_search.training.results import TrainingResult


def upload_data(
    storage: PatientStorage,
    trial: optuna.Trial,
    folder: Path,
    result: TrainingResult,
    details: Details,
) -> None:
    """Put a running trial's epochs and weights into the folder, and tell Optuna of them.

    Raises:
        OSError: the folder cannot be written.
    """
    from optuna.artifacts import FileSystemArtifactStore, upload_artifact
    from safetensors.torch import save_file

    store = FileSystemArtifactStore(folder)
    with tempfile.TemporaryDirectory() as name:
        epochs, weights = Path(name) / "epochs.csv", Path(name) / WEIGHTS
        columns = asdict(details.curve) | {
            "gap": [each.gap for each in result.history],
            "score": [each.score for each in result.history],
        }
        with epochs.open("w", newline="") as table:
            writer = csv.writer(table)
            writer.writerow(["epoch", *columns])
            writer.writerows(
                [epoch, *figures]
                for epoch, figures in enumerate(zip(*columns.values(), strict=True), start=1)
            )
        save_file({key: each.contiguous().cpu() for key, each in result.weights.items()}, weights)
        for file in (epochs, weights):
            upload_artifact(
                artifact_store=store, file_path=str(file), study_or_trial=trial, storage=storage
            )


TOP = 10


@dataclass(frozen=True)
class Merits:
    """Why a trial is notable, a phrase each; and whether it leads: by score or in a track."""

    phrases: tuple[str, ...]
    leads: bool


@dataclass(frozen=True)
class Exhibited:
    """Whether a trial leads: by score or in a track; and why its files could not be kept, if so."""

    leads: bool
    unkept: str | None = None


def exhibit(
    storage: PatientStorage,
    spec: StudySpec,
    merits: Merits,
    folder: Path | None,
    trial: optuna.Trial,
    result: TrainingResult,
    details: Details,
) -> Exhibited:
    """Give a running trial its note and files where it is notable.

    One whose files cannot be kept counts all the same, as on a full disk.
    """
    if merits.phrases:
        from optuna_dashboard import save_note  # its imports: after the first training

        text = trial_note(spec, merits.phrases, result)
        storage.patiently(lambda: save_note(trial, text))
        if folder is not None:
            try:
                upload_data(storage, trial, folder, result, details)
            except OSError as error:
                return Exhibited(merits.leads, f"{folder}: {error.strerror or error}")
    return Exhibited(merits.leads)


def trial_note(spec: StudySpec, merits: Sequence[str], result: TrainingResult) -> str:
    """Return a notable trial's note in Markdown: why it is notable, and its figures."""
    return rendered(
        "har_search.search",
        "trial-note.md.jinja",
        merits=merits,
        result=result,
        inputs=label(spec.inputs),
        seeds=len(result.replicas),
    )


def merits_of(
    storage: PatientStorage, study_name: str, spec: StudySpec, result: TrainingResult
) -> Merits:
    """Return why a trial is notable among the finished ones, if it is."""
    found, leads = [], False
    for track in spec.tracks:
        if track.qualifies(result.test_accuracy, result.gap):
            best = best_of_track(storage, study_name, track_key(track.name))
            leads |= best is None or result.test_accuracy > best
            if best is None:
                found.append(f"the first entry of track {track.name}")
    better = as_good(storage, study_name, result.score)
    if better == 0:
        found.append("the best score so far")
    elif better < TOP:
        found.append(f"number {better + 1} by score so far")
    return Merits(tuple(found), leads or better == 0)
