"""Entries: finished trials with what it takes to train them again."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from har_search.board.standings import Selection, Standing, find_trial, leaderboard
from har_search.challenge.rules import Track
from har_search.errors import NotFoundError, StorageError
from har_search.storage.studies import StoredStudy, read_study
from har_search.study import seeds
from har_search.study.spec import HYPERPARAMETERS
from har_search.training.config import TrainingConfig


@dataclass(frozen=True)
class Entry:
    """A finished trial, and what it takes to train it again; `study` is its study's name."""

    study: str
    number: int
    seed: int
    epoch: int
    config: TrainingConfig
    stored: StoredStudy = field(compare=False)
    standing: Standing = field(compare=False)

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Its study's tracks."""
        return self.stored.spec.tracks

    @property
    def inputs(self) -> str:
        """How its windows are prepared, one of `challenge.inputs.INPUTS`."""
        return self.stored.spec.inputs

    @property
    def title(self) -> str:
        """The trial in words, as messages name it."""
        return f"trial {self.number} of study {self.study}"

    def fresh_seed(self, position: int) -> int:
        """Return the fresh seed at a position; always the same."""
        return seeds.fresh_seed(self.seed, position)

    def fold_seed(self, position: int) -> int:
        """Return the seed of a fold of cross-validation; always the same."""
        return seeds.fold_seed(self.seed, position)


def entries(url: str, study: str | None, trials: Sequence[int], top: int | None) -> list[Entry]:
    """Return the named trials, or else the best of the leaderboard.

    Raises:
        NotFoundError: no such database, study or finished trial.
        StorageError: the database cannot be read, or holds a trial that no study may have.
    """
    if trials:
        standings = [find_trial(url, trial, study) for trial in trials]
    else:
        selection = Selection(study=study, top=top, simulated=study is not None)
        standings = [*leaderboard(url, selection).standings]
        if not standings:
            raise NotFoundError("no finished trial to confirm; run `har-search run` first")
    return [entry_of(url, standing) for standing in standings]


def entry_of(url: str, standing: Standing) -> Entry:
    """Return a standing with what it takes to train it again.

    Raises:
        StorageError: the database cannot be read, or holds a trial that no study may have.
    """
    stored = read_study(url, standing.study)
    assert stored is not None  # it has a standing
    for name, value in standing.params.items():  # before any memory is taken for it
        if name in HYPERPARAMETERS and not HYPERPARAMETERS[name].allows(value):
            raise StorageError(
                f"trial {standing.trial} of study {standing.study} has a {name} of "
                f"{reprlib.repr(value)}, which no study may have: the database is damaged"
            )
    config = TrainingConfig.from_hyperparameters(
        standing.params, epochs=stored.spec.epochs, optimizer=stored.spec.optimizer
    )
    return Entry(
        study=stored.name,
        number=standing.trial,
        seed=standing.seed,
        epoch=standing.epoch,
        config=config,
        stored=stored,
        standing=standing,
    )
