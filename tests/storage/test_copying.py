"""A study copied between databases of each kind is the same to the last digit, or is not there."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import optuna
import pytest
import sqlalchemy

from har_search.board.standings import Selection, leaderboard
from har_search.challenge.confirmed import Confirmation
from har_search.challenge.figures import Curve, Details
from har_search.challenge.held_out import HeldOut
from har_search.entries.record import read_record
from har_search.errors import NotFoundError, OptionError, StorageError
from har_search.storage import confirmations, copying, details, held_out, schema
from har_search.storage.artifacts import folder_of
from har_search.storage.copying import Place, copy_study
from har_search.storage.database import open_for_reading, open_for_writing
from har_search.storage.studies import read_study
from har_search.study.spec import StudySpec
from tests.conftest import Entry

Fill = Callable[..., None]


@pytest.fixture
def source(tmp_path: Path, quick: StudySpec, fill: Fill) -> str:
    """A study with all that a study may have, beside another one."""
    url = f"sqlite:///{tmp_path / 'source.db'}"
    fill(url, replace(quick, name="earlier"), [Entry(0.5)])
    fill(url, quick, [Entry(0.1 + 0.2), Entry(0.9, pruned=True), Entry(0.97, student="bob")])
    with open_for_writing(url) as storage:
        study = optuna.load_study(storage=storage, study_name="quick")
        odd = study.ask()
        odd.report(math.nan, 1)
        odd.report(-math.inf, 2)
        study.tell(odd, -math.inf)
        study.enqueue_trial({"width": 9})
        running = study.ask()
        running.suggest_float("mixup", 1e-5, 1e-1, log=True)
        study.ask()
        id_of = {each.number: each._trial_id for each in study.get_trials()}
        key = f"dashboard:{id_of[3]}:note_str:0"
        storage.set_study_system_attr(study._study_id, key, "a note")
        storage.set_study_user_attr(study._study_id, "mine", {"a": [1, None, "é"]})
        details.save(storage, "quick", 3, Details(Curve([1.5], [0.1], [0.2], [None]), [[1]]))
        fresh = [Confirmation(0, 2**32 - 1, 0.9, 0.95)]
        confirmations.save(storage, "quick", 3, 7, 10, fresh)
        held_out.save(storage, "quick", 3, 7, [HeldOut(1, 10, 9)])
    return url


def state(url: str, name: str) -> list[tuple[object, ...]]:
    """Return what Optuna says of a study's trials."""
    with open_for_writing(url) as storage:
        study = optuna.load_study(storage=storage, study_name=name)
        return [
            (
                each.number,
                each.state,
                each.values,
                each.datetime_start,
                each.datetime_complete,
                each.params,
                each.distributions,
                each.user_attrs,
                each.system_attrs,
                repr(each.intermediate_values),
            )
            for each in study.get_trials()
        ]


def test_there_and_back_it_is_the_same(
    source: str, url: str, tmp_path: Path, fill: Fill, quick: StudySpec
) -> None:
    fill(url, replace(quick, name="other"), [Entry(0.6)] * 3)  # so ids are others
    copied = copy_study(Place(source, None), "quick", Place(url, None), "quick")
    assert (copied.trials, copied.files, copied.gone) == (7, 0, 0)
    back = f"sqlite:///{tmp_path / 'back.db'}"
    copy_study(Place(url, None), "quick", Place(back, None), "quick")
    assert state(source, "quick") == state(url, "quick") == state(back, "quick")
    board = leaderboard(source, Selection(study="quick"))
    assert board == leaderboard(url, Selection(study="quick"))
    confirmed = [each.confirmed for each in board.standings if each.trial == 3]
    assert confirmed[0] is not None
    for place in (url, back):
        assert details.read(place, "quick", 3) == details.read(source, "quick", 3) is not None
        stored = read_study(place, "quick")
        assert stored is not None
        assert stored.spec == quick
        with open_for_writing(place) as storage:
            assert held_out.read(storage, "quick", 3, 7).people == (HeldOut(1, 10, 9),)
            study = optuna.load_study(storage=storage, study_name="quick")
            assert study.user_attrs["mine"] == {"a": [1, None, "é"]}
            assert study.direction == optuna.study.StudyDirection.MAXIMIZE
            note = f"dashboard:{study.get_trials()[3]._trial_id}:note_str:0"
            assert storage.get_study_system_attrs(study._study_id)[note] == "a note"
    assert len(state(url, "other")) == 3 + len(quick.starts)


def test_its_search_goes_on_there(source: str, quick: StudySpec, tmp_path: Path) -> None:
    """The next trials have the next numbers."""
    to = f"sqlite:///{tmp_path / 'to.db'}"
    copy_study(Place(source, None), "quick", Place(to, None), "again")
    with open_for_writing(to) as storage:
        study = optuna.load_study(storage=storage, study_name="again")
        numbers = [each.number for each in study.get_trials()]
        study.add_trial(optuna.trial.create_trial(value=0.5))
        assert study.get_trials()[-1].number == max(numbers) + 1
    stored = read_study(to, "again")
    assert stored is not None
    assert stored.spec == replace(quick, name="again")


def test_files_go_along(kept: str, tmp_path: Path) -> None:
    ours = folder_of(kept)
    assert ours is not None
    to = Place(f"sqlite:///{tmp_path / 'there' / 'to.db'}", tmp_path / "there" / "files")
    (tmp_path / "there").mkdir()
    copied = copy_study(Place(kept, ours), "quick", to, "quick")
    assert copied.files > 0
    names = sorted(each.name for each in ours.iterdir())
    assert to.folder is not None
    assert sorted(each.name for each in to.folder.iterdir()) == names
    assert all((to.folder / name).read_bytes() == (ours / name).read_bytes() for name in names)
    assert read_record(to.url, 1).files == read_record(kept, 1).files
    (ours / names[0]).unlink()
    again = copy_study(Place(kept, ours), "quick", to, "second")
    assert (again.files, again.gone) == (copied.files - 1, 1)
    with pytest.raises(OptionError, match="--to-artifacts"):
        copy_study(Place(kept, ours), "quick", Place(to.url, None), "third")
    copy_study(Place(kept, ours), "quick", Place(to.url, None), "third", files=False)


def test_what_is_interrupted_leaves_nothing(
    kept: str, postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert, done = copying._insert_all, []

    def interrupted(connection: sqlalchemy.Connection, table: object, rows: object) -> None:
        done.append(table)
        if len(done) == 5:
            raise KeyboardInterrupt
        insert(connection, table, rows)  # type: ignore[arg-type]

    monkeypatch.setattr(copying, "_insert_all", interrupted)
    folder = tmp_path / "files"
    for url in (postgresql_url, f"sqlite:///{tmp_path / 'to.db'}"):
        done.clear()
        with pytest.raises(KeyboardInterrupt):
            copy_study(Place(kept, folder_of(kept)), "quick", Place(url, folder), "quick")
        assert [*folder.iterdir()] == []
        with open_for_writing(url) as storage:
            assert optuna.get_all_study_names(storage) == []
            assert storage.fetch(sqlalchemy.select(schema.trials)) == []


def test_a_copy_that_is_not_the_same_is_not_kept(
    source: str, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_insert_all", lambda *_: None)
    with pytest.raises(StorageError, match="not what was read, so nothing was kept"):
        copy_study(Place(source, None), "quick", Place(sqlite_url, None), "quick")
    assert read_study(sqlite_url, "quick") is None


def test_names_that_are_taken_or_not_there(source: str, sqlite_url: str) -> None:
    with pytest.raises(OptionError, match="there is a study 'earlier' already"):
        copy_study(Place(source, None), "quick", Place(source, None), "earlier")
    with pytest.raises(NotFoundError, match="no study 'gone'; there is earlier, quick"):
        copy_study(Place(source, None), "gone", Place(sqlite_url, None), "gone")
    copy_study(Place(source, None), "quick", Place(source, None), "twin")
    with open_for_reading(source) as connection:
        query = sqlalchemy.text("SELECT count(*) FROM har_search_details")
        assert connection.execute(query).scalar_one() == 2


def test_trials_that_run_are_copied_as_running(source: str, sqlite_url: str) -> None:
    copy_study(Place(source, None), "quick", Place(sqlite_url, None), "quick")
    states = [row[1] for row in state(sqlite_url, "quick")]
    assert states.count(optuna.trial.TrialState.RUNNING) == 2
