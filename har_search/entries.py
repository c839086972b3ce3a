"""Entries: finished trials with what it takes to train them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from har_search.challenge import Track
from har_search.data import Dataset
from har_search.errors import NotFoundError
from har_search.leaderboard import Selection, leaderboard, rows_of
from har_search.learner import TrainingConfig
from har_search.patient_storage import PatientStorage
from har_search.show import find_trial
from har_search.study import prepare_study, stored_spec

_FRESH, _FOLDS = 5, 6  # set these seeds apart from all others that follow from a trial's


@dataclass(frozen=True)
class Entry:
    """A finished trial, and what it takes to train it again."""

    study: str
    number: int
    seed: int
    epoch: int
    config: TrainingConfig
    tracks: tuple[Track, ...]
    row: dict[str, Any] = field(compare=False)

    @property
    def standardize(self) -> str:
        """How its inputs are standardised, one of `inputs.WAYS`."""
        return str(self.row["standardize"])

    def fresh_seed(self, position: int) -> int:
        """Return the fresh seed at a position, a whole number below 2**32; always the same."""
        return self._seed(_FRESH, position)

    def fold_seed(self, position: int) -> int:
        """Return the seed of a fold of cross-validation, below 2**32; always the same."""
        return self._seed(_FOLDS, position)

    def _seed(self, stream: int, position: int) -> int:
        sequence = np.random.SeedSequence([self.seed, stream, position])
        return int(sequence.generate_state(1)[0])


def entries(url: str, study: str | None, trials: Sequence[int], top: int | None) -> list[Entry]:
    """Return the named trials, or else the best of the leaderboard.

    Raises:
        NotFoundError: no such database, study or finished trial.
        StorageError: the database cannot be read.
    """
    if trials:
        rows = [find_trial(url, trial, study) for trial in trials]
    else:
        simulated = study is not None
        rows = rows_of(leaderboard(url, Selection(study=study, top=top, simulated=simulated)))
        if not rows:
            raise NotFoundError("no finished trial to confirm; run `har-search run` first")
    return [_entry(url, row) for row in rows]


def _entry(url: str, row: dict[str, Any]) -> Entry:
    stored = stored_spec(url, row["study"])
    assert stored is not None  # it has a standing
    spec, _dataset = stored
    config = TrainingConfig.from_hyperparameters(
        row["params"], epochs=spec.epochs, optimizer=spec.optimizer
    )
    return Entry(row["study"], row["trial"], row["seed"], row["epoch"], config, spec.tracks, row)


def check_data(storage: PatientStorage, url: str, study: str, dataset: Dataset) -> None:
    """Check that a study that has entries was made with these data.

    Raises:
        StudyMismatchError: it was made with other data.
    """
    stored = stored_spec(url, study)
    assert stored is not None  # it has an entry
    prepare_study(storage, study, stored[0], dataset)
