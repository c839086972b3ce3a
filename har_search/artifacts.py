"""The folder of files that belong to trials: where it is, and what goes into it.

optuna-dashboard shows them with the trial: a learning curve and a confusion matrix as pictures, the
epochs as a table, and the checkpoint's weights.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
import uuid
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy

from har_search.details import Details
from har_search.errors import StorageError

if TYPE_CHECKING:
    import optuna

    from har_search.patient_storage import PatientStorage
    from har_search.training import TrainingResult


LEARNING_CURVE, CONFUSION_MATRIX = "learning-curve.png", "confusion-matrix.png"
WEIGHTS = "weights.safetensors"


def folder_of(url: str, chosen: str | None = None) -> Path | None:
    """Return the artifacts' folder: the chosen one, or beside an SQLite file; else None."""
    if chosen is not None:
        return Path(chosen).absolute()
    with suppress(sqlalchemy.exc.ArgumentError):  # whoever opens it says so better
        parsed = sqlalchemy.make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            return Path(parsed.database).absolute().with_suffix(".artifacts")
    return None


def make_folder(folder: Path) -> None:
    """Make the folder where there is none.

    Raises:
        StorageError: it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StorageError(
            f"the artifacts' folder {folder}: {error.strerror}; name another with --artifacts"
        ) from error


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


def draw_pictures(
    storage: PatientStorage, study: str, number: int, folder: Path, details: Details, epoch: int
) -> None:
    """Put pictures of a trial, running or finished, into the folder, and tell Optuna of them.

    Raises:
        OSError: the folder cannot be written.
    """
    from optuna.artifacts import FileSystemArtifactStore

    from har_search import pictures  # matplotlib: for those who draw

    store = FileSystemArtifactStore(folder)
    drawn = {
        LEARNING_CURVE: pictures.learning_curve(details.curve, epoch),
        CONFUSION_MATRIX: pictures.confusion_matrix(details.confusion),
    }
    metas = {}
    for name, figure in drawn.items():
        key = str(uuid.uuid4())
        store.write(key, io.BytesIO(pictures.png(figure)))
        meta = {"artifact_id": key, "filename": name, "mimetype": "image/png", "encoding": None}
        metas[f"artifacts:{key}"] = json.dumps(meta)  # as `upload_artifact` writes it
    storage.add_trial_system_attrs(study, number, metas)
