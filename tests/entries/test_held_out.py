"""Entries on people who were held out."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from har_search.challenge.held_out import HeldOutPeople
from har_search.data.dataset import Split
from har_search.data.locate import Located
from har_search.entries import pool
from har_search.entries.entry import Entry, entries
from har_search.entries.held_out import folds, hold_out
from har_search.errors import DataError, StudyMismatchError
from har_search.networks.splits import Splits
from har_search.training.last_epoch import train_replicas
from tests.conftest import Ran
from tests.helpers import NoPool


def test_everybody_is_held_out_once() -> None:
    groups = folds([*range(1, 22)] * 3)
    assert [len(each) for each in groups] == [3] * 7
    assert sorted(each for group in groups for each in group) == [*range(1, 22)]
    assert folds([4, 2, 4, 9]) == [[2], [4], [9]]
    with pytest.raises(DataError, match="two people"):
        folds([5, 5])


def test_nobody_held_out_takes_part_in_training(searched: str, located: Located) -> None:
    chosen = entries(searched, "quick", [], 2)
    told: list[tuple[Entry, HeldOutPeople]] = []
    found = hold_out(
        searched, chosen, located, workers=2, on_progress=lambda *each: told.append(each)
    )
    train = located.dataset.train
    people = sorted(set(train.subjects.tolist()))
    for entry, each in zip(chosen, found, strict=True):
        assert [one.subject for one in each.people] == people
        assert sum(one.windows for one in each.people) == len(train.labels)
        for fold, group in enumerate(folds(train.subjects.tolist())):
            out = np.isin(train.subjects, group)
            kept, tested = (
                Split(train.features[mask], train.labels[mask], train.subjects[mask])
                for mask in (~out, out)
            )
            (alone,) = train_replicas(
                entry.config,
                Splits.of(kept, tested),
                seeds=[entry.fold_seed(fold)],
                epochs=entry.epoch,
            )
            correct = sum(one.correct for one in each.people if one.subject in group)
            assert correct / int(out.sum()) == alone.test_accuracy
    assert [len(known.people) for entry, known in told if entry == chosen[0]][-1] == len(people)


def test_what_is_known_is_not_trained_again(
    searched: str,
    located: Located,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = entries(searched, "quick", [1], None)
    first = hold_out(searched, chosen, located, workers=1)
    monkeypatch.setattr(pool, "ProcessPoolExecutor", NoPool)
    assert hold_out(searched, chosen, located, workers=1) == first
    other = Located(replace(located.dataset, fingerprint="0" * 16), located.folder)
    with pytest.raises(StudyMismatchError):
        hold_out(searched, chosen, other, workers=1)


def test_on_the_command_line(
    har_search: Callable[..., Ran],
    searched: str,
    uci_zip: Path,
) -> None:
    options = ("--storage", searched, "--data", uci_zip)
    ran = har_search("confirm", 1, "--seeds", 3, "--by-subject", *options)
    assert ran.code == 0, ran.err
    assert "a person %: mean ± sd" in ran.out
    assert "(person " in ran.out
