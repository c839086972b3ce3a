"""How well an entry's configuration does on people it never saw: the estimate the test set has not.

Cross-validation over the train split's people, grouped by person (each is held out once, with all
of their windows). The test split takes no part; that the configuration and its checkpoint epoch
were once chosen on it, nothing can undo.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from har_search.challenge.held_out import HeldOut, HeldOutPeople
from har_search.data.dataset import Split
from har_search.data.locate import Located
from har_search.entries.entry import Entry
from har_search.entries.pool import dataset_in, training_pool
from har_search.errors import DataError
from har_search.machine import core_count
from har_search.networks.splits import prepare
from har_search.storage.database import open_for_writing
from har_search.storage.held_out import read, save
from har_search.storage.studies import studies_kept
from har_search.training.config import TrainingConfig
from har_search.training.last_epoch import train_replicas

FOLDS = 7  # of the 21 people who trained, three are held out at a time


def folds(subjects: Sequence[int]) -> list[list[int]]:
    """Part people into groups that are held out together, as even as can be.

    Raises:
        DataError: fewer than two people.
    """
    people = sorted(set(subjects))
    if len(people) < 2:
        raise DataError("holding people out needs windows of two people or more")
    count = min(FOLDS, len(people))
    return [people[first::count] for first in range(count)]


def hold_out(
    url: str,
    chosen: Sequence[Entry],
    located: Located,
    *,
    workers: int | None = None,
    on_progress: Callable[[Entry, HeldOutPeople], None] = lambda *_: None,
    on_killed: Callable[[int], None] = lambda _: None,
) -> list[HeldOutPeople]:
    """Hold out each person of the train split once, for every entry, and return the figures.

    Each network is trained on the others for exactly the entry's checkpoint epoch. What is known is
    kept at once and not trained again by a later call. `on_killed` is told how many processes go on
    where one was killed.

    Raises:
        StudyMismatchError: an entry's study was made with other data.
        DataError: fewer than two people in the train split.
        StorageError: the database fails; what is known is kept.
        NotFoundError: an entry's study is deleted meanwhile.
        TrainingStoppedError: processes were killed again and again; what is known is kept.
    """
    groups = folds(located.dataset.train.subjects.tolist())
    workers = workers or core_count()
    with (
        open_for_writing(url) as storage,
        studies_kept(storage, [entry.study for entry in chosen]),
        training_pool(workers, on_killed) as pool,
    ):
        for entry in chosen:
            entry.stored.require_data(located.dataset)
        storage.create_our_tables()

        def known_of(entry: Entry) -> HeldOutPeople:
            return read(storage, entry.study, entry.number, entry.seed)

        for entry in chosen:
            known = {each.subject for each in known_of(entry).people}
            on_progress(entry, known_of(entry))
            for position, group in enumerate(groups):
                if not known.issuperset(group):
                    data = located.folder, entry.inputs, group
                    task = entry.config, *data, entry.fold_seed(position), entry.epoch
                    pool.submit(entry, _train, *task)
        while (finished := pool.next_finished()) is not None:
            entry, found = finished
            save(storage, entry.study, entry.number, entry.seed, found)
            on_progress(entry, known_of(entry))
        return [known_of(entry) for entry in chosen]


def _train(
    config: TrainingConfig,
    folder: Path,
    inputs: str,
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
    splits = prepare(kept, tested, inputs)
    (replica,) = train_replicas(config, splits, seeds=[seed], epochs=epochs)
    correct = np.frombuffer(replica.predictions, np.int8) == tested.labels
    return [
        HeldOut(each, int(own.sum()), int(correct[own].sum()))
        for each in group
        for own in [tested.subjects == each]
    ]
