"""Entries trained again with fresh seeds, for exactly their checkpoint epoch, to see which hold.

The checkpoint epoch was chosen by the test set once, with the trial's own seed; with fresh seeds
nothing is chosen any more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from har_search.challenge.confirmed import Confirmation, Confirmed
from har_search.challenge.rules import Track
from har_search.challenge.verdict import looks, mcnemar, verdict
from har_search.challenge.words import Verdict
from har_search.data.locate import Located
from har_search.entries.entry import Entry
from har_search.entries.pool import splits_in, training_pool
from har_search.machine import core_count
from har_search.networks.splits import prepare
from har_search.storage import confirmations
from har_search.storage.database import open_for_writing
from har_search.storage.patient import PatientStorage
from har_search.storage.studies import studies_kept
from har_search.training.last_epoch import train_replicas

MOST_AT_ONCE = 8  # seeds in one process: each holds an epoch's windows, 16 MB


@dataclass(frozen=True)
class Progress:
    """How far a confirmation is: an entry's figures so far, and whether it is through."""

    entry: Entry
    confirmed: Confirmed
    done: bool


def confirm(
    url: str,
    chosen: Sequence[Entry],
    located: Located,
    *,
    seeds: int,
    workers: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_killed: Callable[[int], None] = lambda _: None,
) -> list[Confirmed]:
    """Train every entry with up to `seeds` fresh seeds and return their figures.

    An entry ends early where every track's verdict is certain. What is trained is kept at once, and
    not trained again by a later call. `on_killed` is told how many processes go on where one was
    killed.

    Raises:
        StudyMismatchError: an entry's study was made with other data.
        StorageError: the database fails; what is trained is kept.
        NotFoundError: an entry's study is deleted meanwhile.
        TrainingStoppedError: processes were killed again and again; what is trained is kept.
    """
    workers = workers or core_count()
    with (
        open_for_writing(url) as storage,
        studies_kept(storage, [entry.study for entry in chosen]),
        training_pool(workers, on_killed) as pool,
    ):
        for entry in chosen:
            entry.stored.require_data(located.dataset)
        storage.create_our_tables()
        known = {entry: _known(storage, entry, seeds) for entry in chosen}

        def go_on(entry: Entry) -> None:
            """Start what the entry's next look needs, where there is one."""
            missing = next_positions(known[entry], entry.tracks, seeds)
            parts = max(workers, math.ceil(len(missing) / MOST_AT_ONCE))
            for positions in np.array_split(missing, parts):
                if len(positions):
                    pool.submit(entry, _train, entry, positions.tolist(), located.folder)
            on_progress(Progress(entry, known[entry], done=not missing))

        for entry in chosen:
            go_on(entry)
        while (finished := pool.next_finished()) is not None:
            entry, found = finished
            confirmations.save(storage, entry.study, entry.number, entry.seed, seeds, found)
            known[entry] = _known(storage, entry, seeds)
            if pool.is_running(entry):
                on_progress(Progress(entry, known[entry], done=False))
            else:
                go_on(entry)
        return [known[entry] for entry in chosen]


@dataclass(frozen=True)
class Comparison:
    """Two entries' own networks on the same test windows.

    `only_first` windows are right by the first alone; `p` is McNemar's, two-sided.
    """

    first: Entry
    second: Entry
    only_first: int
    only_second: int
    p: float


def compare(first: Entry, second: Entry, located: Located) -> Comparison:
    """Make both entries' networks again from their own seeds and compare them window by window.

    Raises:
        StudyMismatchError: an entry's study was made with other data.
    """
    for entry in (first, second):
        entry.stored.require_data(located.dataset)
    train, test = located.dataset.train, located.dataset.test
    correct = []
    for entry in (first, second):
        splits = prepare(train, test, entry.inputs)
        (own,) = train_replicas(entry.config, splits, seeds=[entry.seed], epochs=entry.epoch)
        correct.append(np.frombuffer(own.predictions, np.int8) == test.labels)
    only_first = int((correct[0] & ~correct[1]).sum())
    only_second = int((~correct[0] & correct[1]).sum())
    return Comparison(first, second, only_first, only_second, mcnemar(only_first, only_second))


def next_positions(confirmed: Confirmed, tracks: Sequence[Track], seeds: int) -> list[int]:
    """Return which seeds to train before the next look; none where all is certain or trained."""
    have = {each.position for each in confirmed.seeds}
    for count in looks(seeds):
        missing = sorted(set(range(count)) - have)
        if missing:
            return missing
        tests, gaps = confirmed.test_accuracies[:count], confirmed.gaps[:count]
        verdicts = [verdict(track, tests, gaps, seeds) for track in tracks]
        if all(each is not Verdict.undecided for each in verdicts):
            return []
    return []


def _known(storage: PatientStorage, entry: Entry, seeds: int) -> Confirmed:
    with storage.engine.connect() as connection:
        found = confirmations.read(connection, entry.study, {entry.number: entry.seed})
    known = found.get(entry.number, Confirmed(seeds, ()))
    return Confirmed(seeds, known.seeds)


def _train(entry: Entry, positions: list[int], folder: Path) -> list[Confirmation]:
    """Train an entry with some of its fresh seeds; runs in a process of its own."""
    drawn = [entry.fresh_seed(each) for each in positions]
    splits = splits_in(folder, entry.inputs)
    trained = train_replicas(entry.config, splits, seeds=drawn, epochs=entry.epoch)
    return [
        Confirmation(position, each.seed, each.test_accuracy, each.train_accuracy)
        for position, each in zip(positions, trained, strict=True)
    ]
