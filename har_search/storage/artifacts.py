"""The folder of files that belong to trials: where it is, and what goes into it.

optuna-dashboard shows them with the trial: a learning curve and a confusion matrix as pictures, the
epochs as a table, and the checkpoint's weights.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path

import sqlalchemy
from sqlalchemy import select

from har_search.errors import StorageError
from har_search.storage.schema import study_system_attributes, trial_system_attributes, trials

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


def files_of_study(connection: sqlalchemy.Connection, study_id: int) -> set[str]:
    """Return the keys that the files of a study and its trials have in the folder.

    A key is the name of a file, and never a path, whoever wrote it.
    """
    own = study_system_attributes
    of_study = select(own.c.value_json).where(own.c.study_id == study_id)
    each = trial_system_attributes
    of_trials = (
        select(each.c.value_json)
        .join_from(trials, each, each.c.trial_id == trials.c.trial_id)
        .where(trials.c.study_id == study_id)
    )
    found = set()
    for query, table in ((of_study, own), (of_trials, each)):
        for row in connection.execute(query.where(table.c.key.startswith("artifacts:"))):
            # Optuna keeps a file's description as JSON within JSON.
            found.add(Path(json.loads(json.loads(row.value_json))["artifact_id"]).name)
    return found
