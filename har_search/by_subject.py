"""How well an entry's configuration does on people it never saw: the estimate the test set has not.

Cross-validation over the train split's people, grouped by person (each is held out once, with all
of their windows). The test split takes no part; that the configuration and its checkpoint epoch
were once chosen on it, nothing can undo.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import sqlalchemy

from har_search.crew import core_count
from har_search.data import Split
from har_search.data.locate import Located
from har_search.entries import Entry, check_data
from har_search.errors import DataError
from har_search.learner import TrainingConfig, prepare
from har_search.patient_storage import PatientStorage
from har_search.pool import dataset_in, training_pool
from har_search.storage import open_for_writing, trial_id
from har_search.training import train_replicas

FOLDS = 7  # of the 21 people who trained, three are held out at a time
BY_SUBJECT = sqlalchemy.Table(
    "har_search_by_subject",
    sqlalchemy.MetaData(),
    sqlalchemy.Column("trial_id", sqlalchemy.Integer, primary_key=True, autoincrement=False),
    sqlalchemy.Column("subject", sqlalchemy.Integer, primary_key=True, autoincrement=False),
    sqlalchemy.Column("trial_seed", sqlalchemy.BigInteger, nullable=False),
    sqlalchemy.Column("windows", sqlalchemy.Integer, nullable=False),
    sqlalchemy.Column("correct", sqlalchemy.Integer, nullable=False),
)


@dataclass(frozen=True)
class HeldOut:
    """One person's windows, and how many of them a network that never saw the person has right."""

    subject: int
    windows: int
    correct: int

    @property
    def accuracy(self) -> float:
        """Correct / all windows of this person, a fraction."""
        return self.correct / self.windows


@dataclass(frozen=True)
class BySubject:
    """Every person held out once, by number; accuracies are fractions."""

    people: tuple[HeldOut, ...]

    @property
    def accuracy(self) -> float:
        """Correct / all windows of all people."""
        return sum(each.correct for each in self.people) / sum(each.windows for each in self.people)

    @property
    def mean(self) -> float:
        """The mean over people, each with the same weight."""
        return statistics.fmean(each.accuracy for each in self.people)

    @property
    def sd(self) -> float:
        """The standard deviation between people."""
        return statistics.stdev(each.accuracy for each in self.people)

    @property
    def worst(self) -> HeldOut:
        """The person with the lowest accuracy."""
        return min(self.people, key=lambda each: each.accuracy)


def folds(subjects: Sequence[int]) -> list[list[int]]:
    """Part people into groups that are held out together, as even as can be.

    Raises:
        DataError: fewer than two people.
    """
    people = sorted(set(subjects))
    if len(people) < 2:
        raise DataError("cross-validation by subject needs windows of two people or more")
    count = min(FOLDS, len(people))
    return [people[first::count] for first in range(count)]


def by_subject(
    url: str,
    chosen: Sequence[Entry],
    located: Located,
    *,
    workers: int | None = None,
    on_progress: Callable[[Entry, BySubject], None] = lambda *_: None,
) -> list[BySubject]:
    """Hold out each person of the train split once, for every entry, and return the figures.

    Each network is trained on the others for exactly the entry's checkpoint epoch. What is known is
    kept at once and not trained again by a later call.

    Raises:
        StudyMismatchError: an entry's study was made with other data.
        DataError: fewer than two people in the train split.
        StorageError: the database fails; what is known is kept.
    """
    groups = folds(located.dataset.train.subjects.tolist())
    with open_for_writing(url) as storage, training_pool(workers or core_count()) as pool:
        for name in {entry.study for entry in chosen}:
            check_data(storage, url, name, located.dataset)
        create_table(storage)
        running = {}
        for entry in chosen:
            known = {each.subject for each in _known(storage, entry).people}
            on_progress(entry, _known(storage, entry))
            for position, group in enumerate(groups):
                if not known.issuperset(group):
                    data = located.folder, entry.standardize, group
                    task = entry.config, *data, entry.fold_seed(position), entry.epoch
                    running[pool.submit(_train, *task)] = entry
        for future in as_completed(running):
            entry = running[future]
            _save(storage, entry, future.result())
            on_progress(entry, _known(storage, entry))
        return [_known(storage, entry) for entry in chosen]


def create_table(storage: PatientStorage) -> None:
    """Make the table where there is none."""
    storage.patiently(lambda: BY_SUBJECT.create(storage.engine, checkfirst=True))


def _train(
    config: TrainingConfig,
    folder: Path,
    standardize: str,
    group: list[int],
    seed: int,
    epochs: int,
) -> list[HeldOut]:
    """Train on everybody but a group, and count right windows; runs in a process of its own.

    Those held out have no part in how the others' windows are standardised.
    """
    everybody = dataset_in(folder).train
    held_out = np.isin(everybody.subjects, group)
    kept, tested = (
        Split(everybody.features[mask], everybody.labels[mask], everybody.subjects[mask])
        for mask in (~held_out, held_out)
    )
    splits = prepare(kept, tested, standardize)
    (replica,) = train_replicas(config, *splits, seeds=[seed], epochs=epochs)
    correct = np.frombuffer(replica.predictions, np.int8) == tested.labels
    return [
        HeldOut(each, int(own.sum()), int(correct[own].sum()))
        for each in group
        for own in [tested.subjects == each]
    ]


def _save(storage: PatientStorage, entry: Entry, people: Sequence[HeldOut]) -> None:
    table = BY_SUBJECT

    def replace() -> None:
        with storage.engine.begin() as connection:
            trial = trial_id(connection, entry.study, entry.number)
            own = table.c.trial_id == trial
            # Optuna uses a trial's id again where its study was deleted; its seed tells.
            connection.execute(table.delete().where(own, table.c.trial_seed != entry.seed))
            again = table.c.subject.in_([each.subject for each in people])
            connection.execute(table.delete().where(own, again))
            shared = {"trial_id": trial, "trial_seed": entry.seed}
            connection.execute(table.insert(), [{**shared, **asdict(each)} for each in people])

    storage.patiently(replace)


def _known(storage: PatientStorage, entry: Entry) -> BySubject:
    values = {"study": entry.study, "number": entry.number, "seed": entry.seed}
    rows = storage.fetch(_OF_TRIAL, **values)
    return BySubject(tuple(HeldOut(row.subject, row.windows, row.correct) for row in rows))


_OF_TRIAL = (
    "SELECT b.subject, b.windows, b.correct FROM har_search_by_subject b "
    "JOIN trials t ON t.trial_id = b.trial_id JOIN studies s ON s.study_id = t.study_id "
    "WHERE s.study_name = :study AND t.number = :number AND b.trial_seed = :seed "
    "ORDER BY b.subject"
)
