"""Entries trained again with fresh seeds: exact, resumable, early where certain, and told apart.

Covers `entries/pool.py` and `challenge/confirmed.py`, too.
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
import pytest

from har_search.board.standings import Selection, leaderboard
from har_search.challenge.confirmed import Confirmation, Confirmed
from har_search.challenge.rules import HOMEWORK_TRACKS
from har_search.data.dataset import Dataset
from har_search.data.locate import Located
from har_search.entries import pool
from har_search.entries.confirm import Progress, compare, confirm, next_positions
from har_search.entries.entry import entries
from har_search.errors import NotFoundError, StudyMismatchError
from har_search.networks.splits import Splits
from har_search.storage import confirmations
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from har_search.training.best_epoch import train
from har_search.training.last_epoch import train_replicas
from tests.conftest import Ran
from tests.helpers import NoPool, note_of


def certain(*tests: float) -> Confirmed:
    seeds = tuple(Confirmation(n, n, test, test + 0.01) for n, test in enumerate(tests))
    return Confirmed(10, seeds)


@pytest.mark.parametrize(
    ("known", "missing"),
    [
        (certain(), [0, 1, 2, 3, 4]),
        (certain(0.9, 0.91), [2, 3, 4]),
        (certain(0.90, 0.91, 0.90, 0.91, 0.90), []),  # surely on neither track
        (certain(0.96, 0.97, 0.98, 0.97, 0.96), [5, 6, 7, 8, 9]),
        (certain(*[0.96, 0.97, 0.98, 0.97, 0.96] * 2), []),
    ],
)
def test_it_goes_on_until_all_is_certain_or_trained(known: Confirmed, missing: list[int]) -> None:
    assert next_positions(known, HOMEWORK_TRACKS, 10) == missing


def test_fresh_seeds_are_trained_for_the_checkpoint_epoch(searched: str, located: Located) -> None:
    chosen = entries(searched, "quick", [], 2)
    told: list[Progress] = []
    found = confirm(searched, chosen, located, seeds=3, workers=2, on_progress=told.append)
    assert [len(each.seeds) for each in found] == [3, 3]
    assert sum(each.done for each in told) == 2
    dataset = located.dataset
    splits = Splits.of(dataset.train, dataset.test)
    for entry, confirmed in zip(chosen, found, strict=True):
        seeds = [each.seed for each in confirmed.seeds]
        assert entry.seed not in seeds
        assert len(set(seeds)) == 3
        for each in confirmed.seeds:
            (alone,) = train_replicas(entry.config, splits, seeds=[each.seed], epochs=entry.epoch)
            assert each.test_accuracy == pytest.approx(alone.test_accuracy, abs=0.02)
    summary = leaderboard(searched, Selection(study="quick")).standings[0].confirmed
    assert summary is not None
    assert summary.seeds == 3
    assert summary.test_mean == pytest.approx(np.mean(found[0].test_accuracies))
    assert summary.gap_sd == pytest.approx(np.std(found[0].gaps, ddof=1))
    assert set(summary.verdicts) == {"A", "B"}


def test_what_is_trained_is_not_trained_again(
    searched: str, located: Located, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = entries(searched, "quick", [1], None)
    (first,) = confirm(searched, chosen, located, seeds=3, workers=1)
    monkeypatch.setattr(pool, "ProcessPoolExecutor", NoPool)
    assert confirm(searched, chosen, located, seeds=3, workers=1) == [first]


def test_a_replica_is_what_training_made_of_its_seed_by_that_epoch(
    searched: str, located: Located
) -> None:
    dataset = located.dataset
    splits = Splits.of(dataset.train, dataset.test)
    for entry in entries(searched, "quick", [], 4):
        again = train(entry.config, splits, seed=entry.seed)
        (replica,) = train_replicas(entry.config, splits, seeds=[entry.seed], epochs=again.epoch)
        assert replica.test_accuracy == again.test_accuracy
        assert replica.train_accuracy == again.train_accuracy
        assert replica.gap == again.gap
        correct = np.frombuffer(replica.predictions, np.int8) == dataset.test.labels
        assert correct.mean() == again.test_accuracy


def test_other_data_are_refused(searched: str, small: Dataset) -> None:
    other = replace(small, fingerprint="0" * 16)
    chosen = entries(searched, "quick", [1], None)
    with pytest.raises(StudyMismatchError, match="data"):
        confirm(searched, chosen, Located(other, Path()), seeds=3, workers=1)


def test_on_the_command_line(har_search: Callable[..., Ran], searched: str, uci_zip: Path) -> None:
    ran = har_search("confirm", "--storage", searched, "--top", 1, "--seeds", 3, "--data", uci_zip)
    assert ran.code == 0, ran.err
    assert "3 seeds" in ran.out
    assert "track A" in ran.out
    rows = json.loads(
        har_search("leaderboard", "--storage", searched, "--confirmed", "--format", "json").out
    )
    assert len(rows) == 1
    assert rows[0]["confirmed"]["seeds"] == 3
    table = har_search("leaderboard", "--storage", searched).out
    assert "confirmed %" in table
    assert "(3)" in table
    with open_for_writing(searched) as storage:
        note = note_of(optuna.load_study(study_name="quick", storage=storage))
    assert "| track | rule | leader |" in note  # written anew
    lines = har_search("leaderboard", "--storage", searched, "--format", "csv").out.splitlines()
    assert "confirmed_test_mean" in lines[0]


def test_two_entries_are_compared_window_by_window(
    har_search: Callable[..., Ran], searched: str, located: Located, uci_zip: Path
) -> None:
    first, second = entries(searched, "quick", [1, 2], None)
    found = compare(first, second, located)
    windows = len(located.dataset.test.labels)
    difference = (found.only_first - found.only_second) / windows
    before = first.standing.test_accuracy - second.standing.test_accuracy
    assert difference == pytest.approx(before)
    same = compare(first, first, located)
    assert (same.only_first, same.only_second, same.p) == (0, 0, 1)
    options = ("--storage", searched, "--data", uci_zip)
    ran = har_search("confirm", 1, "--against", 2, *options)
    assert ran.code == 0, ran.err
    assert f"trial 1 alone is right on {found.only_first} test window" in ran.out
    assert "seeds" not in ran.out
    fresh = har_search("confirm", 1, "--against", 2, "--seeds", 3, *options)
    assert fresh.out.startswith(ran.out)
    assert "trial 1: 3 seeds" in fresh.out
    assert "trial 2: 3 seeds" in fresh.out
    ran = har_search("confirm", "--against", 2, *options)
    assert ran.code == 1
    assert "name one" in ran.err
    ran = har_search("confirm", 2, "--against", 2, *options)
    assert ran.code == 2
    assert "2 is the trial itself; name another" in ran.err


def test_bad_input_is_one_line(har_search: Callable[..., Ran], searched: str) -> None:
    for arguments, code, message in [
        (("99",), 1, "no finished trial 99"),
        (("--study", "gone"), 1, "no finished trial"),
        (("--seeds", "2"), 2, "--seeds"),
        (("x",), 2, "integer"),
    ]:
        ran = har_search("confirm", *arguments, "--storage", searched)
        assert ran.code == code
        assert message in ran.err
    with pytest.raises(NotFoundError):
        entries(searched, "gone", [], 5)


def test_the_ranking_by_it_goes_with_filters(
    url: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    from tests.conftest import Entry as Filled

    fill(url, quick, [Filled(0.97), Filled(0.98), Filled(0.96, student="bob"), Filled(0.99)])
    with open_for_writing(url) as storage:
        for number, mean in ((1, 0.95), (2, 0.96), (3, 0.94)):
            found = [Confirmation(n, n, mean + n / 1000, 0.99) for n in (-1, 1)]
            confirmations.save(storage, "quick", number, 7, 3, found)

    def ranked(**how: object) -> list[int]:
        selection = Selection(confirmed=True, **how)  # type: ignore[arg-type]
        return [each.trial for each in leaderboard(url, selection).standings]

    assert ranked() == [2, 1, 3]
    assert ranked(student="ann") == [2, 1]
    assert ranked(best_per_student=True) == [2, 3]
    assert ranked(track="B") == [2]
    assert ranked(sort="test") == [2, 1, 3]
    assert ranked(top=1) == [2]
    assert leaderboard(url, Selection(confirmed=True)).finished == 4


def test_an_entrys_page_says_what_fresh_seeds_made_of_it(
    sqlite_url: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    from har_search.web.pages import make_pages
    from tests.conftest import Entry as Filled

    fill(sqlite_url, quick, [Filled(0.97)])
    with open_for_writing(sqlite_url) as storage:
        found = [Confirmation(n, n, 0.98 + n / 1000, 0.99) for n in (-1, 0, 1)]
        confirmations.save(storage, "quick", 1, 7, 3, found)
    page = make_pages(sqlite_url).test_client().get("/studies/quick/trials/1").text
    page = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "With 3 fresh seeds 98.00 ± 0.10 % test gap 1.00 ± 0.10 pp track A undecided: 3" in page
    assert "with its own seed: test 97.00 %" in page


def test_before_anything_is_confirmed_the_ranking_by_it_is_empty(
    sqlite_url: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    from tests.conftest import Entry as Filled

    fill(sqlite_url, quick, [Filled(0.97)])
    assert leaderboard(sqlite_url, Selection(confirmed=True)).standings == ()
    assert leaderboard(sqlite_url).standings[0].confirmed is None
