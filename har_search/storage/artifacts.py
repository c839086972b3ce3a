"""The folder of files that belong to trials: where it is, and what goes into it.

optuna-dashboard shows them with the trial: a learning curve and a confusion matrix as pictures, the
epochs as a table, and the checkpoint's weights.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import sqlalchemy

from har_search.errors import StorageError

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
