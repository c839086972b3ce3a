import signal
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import optuna
import pytest
import sqlalchemy

from har_search import objective as objective_module
from har_search import search as search_module
from har_search.data.dataset import Dataset
from har_search.errors import OptionError, SearchStoppedError, StorageError, StudyMismatchError
from har_search.leaderboard import Selection, leaderboard, rows_of
from har_search.search import (
    FinishedTrial,
    SearchOptions,
    choose_device,
    make_pruner,
    make_sampler,
    prepare_study,
    search,
    stop_on_signals,
)
from har_search.spec import Component, StudySpec
from har_search.storage import open_for_writing

pytestmark = pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")


@dataclass
class Recorder:
    """A watcher that remembers what it heard, and may stop the search."""

    stop_after: int | None = None
    begun: list[tuple[int, int]] = field(default_factory=list)
    leaders: Sequence[FinishedTrial] = ()
    trials: list[FinishedTrial] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    stops: int = 0

    def started(self, done: int, total: int, leaders: Sequence[FinishedTrial]) -> None:
        self.begun.append((done, total))
        self.leaders = leaders

    def finished(self, trial: FinishedTrial) -> None:
        self.trials.append(trial)
        if trial.done == self.stop_after:
            signal.raise_signal(signal.SIGINT)

    def failed(self, number: int, reason: str) -> None:
        self.failures.append(reason)

    def stopping(self) -> None:
        self.stops += 1


def options(trials: int, **changes: object) -> SearchOptions:
    return SearchOptions(trials, "ann", seed=1, **changes)  # type: ignore[arg-type]


def trials_of(url: str) -> list[optuna.trial.FrozenTrial]:
    with open_for_writing(url) as storage:
        return optuna.load_study(storage=storage, study_name="quick").trials


def states(url: str) -> list[str]:
    return [trial.state.name for trial in trials_of(url)]


def test_a_search_ends_with_exactly_its_trials_and_goes_on_where_asked(
    url: str, quick: StudySpec, small: Dataset
) -> None:
    first, second, third = Recorder(), Recorder(), Recorder()
    assert search(quick, url, small, options(3), first).done == 3
    assert search(quick, url, small, options(5), second).done == 5
    assert search(quick, url, small, options(5), third).done == 5
    assert (first.begun, second.begun, third.begun) == ([(0, 3)], [(3, 5)], [(5, 5)])
    assert [trial.done for trial in first.trials + second.trials] == [1, 2, 3, 4, 5]
    assert third.trials == []
    assert {trial.number for trial in second.leaders} <= {0, 1, 2}
    parameters = [tuple(trial.params.items()) for trial in trials_of(url)]
    assert len(set(parameters)) == 5  # a resumed search draws anew


def test_a_seed_repeats_a_search(
    quick: StudySpec, small: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> None:
    boards = []
    for _ in range(2):
        url = f"sqlite:///{tmp_path_factory.mktemp('seed') / 'search.db'}"
        search(quick, url, small, options(4), Recorder())
        rows = rows_of(leaderboard(url, Selection()))
        boards.append([{**row, "seconds": 0} for row in rows])
    assert boards[0] == boards[1]


def test_ctrl_c_keeps_what_is_done_and_tries_the_rest_again(
    sqlite_url: str, quick: StudySpec, small: Dataset
) -> None:
    before = signal.getsignal(signal.SIGINT)
    recorder = Recorder(stop_after=2)
    outcome = search(quick, sqlite_url, small, options(6), recorder)
    assert (outcome.done, outcome.interrupted, recorder.stops) == (2, True, 1)
    assert signal.getsignal(signal.SIGINT) == before
    assert search(quick, sqlite_url, small, options(6), Recorder()).done == 6
    assert states(sqlite_url).count("COMPLETE") + states(sqlite_url).count("PRUNED") == 6


def test_an_interrupted_trial_is_put_back_with_its_parameters(
    sqlite_url: str, quick: StudySpec, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_train = objective_module.train

    def interrupt(*arguments: object, **named: object) -> object:
        signal.raise_signal(signal.SIGTERM)
        return real_train(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(objective_module, "train", interrupt)
    assert search(quick, sqlite_url, small, options(2), Recorder()).done == 0
    assert states(sqlite_url) == ["FAIL", "WAITING"]
    monkeypatch.undo()
    assert search(quick, sqlite_url, small, options(1), Recorder()).done == 1
    trials = trials_of(sqlite_url)
    assert trials[0].user_attrs["failure"] == "interrupted"
    assert trials[1].params == trials[0].params
    assert trials[1].user_attrs["start"] == "lesson"


def test_a_time_limit_starts_no_new_trial(
    sqlite_url: str, quick: StudySpec, small: Dataset
) -> None:
    outcome = search(quick, sqlite_url, small, options(10_000, timeout_seconds=1), Recorder())
    assert 0 < outcome.done < 10_000
    assert not outcome.interrupted
    assert "RUNNING" not in states(sqlite_url)


def test_a_failing_trial_gives_its_place_back(
    sqlite_url: str, quick: StudySpec, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_train = objective_module.train
    calls = iter(range(100))

    def fail_every_other(*arguments: object, **named: object) -> object:
        if next(calls) % 2:
            raise RuntimeError("out of memory")
        return real_train(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(objective_module, "train", fail_every_other)
    recorder = Recorder()
    assert search(quick, sqlite_url, small, options(7), recorder).done == 7
    assert recorder.failures == ["RuntimeError: out of memory"] * 6


def test_the_same_failure_five_times_in_a_row_stops_the_search(
    sqlite_url: str, quick: StudySpec, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no kernel image")

    monkeypatch.setattr(objective_module, "train", broken)
    with pytest.raises(SearchStoppedError, match=r"5 trials in a row.*no kernel image"):
        search(quick, sqlite_url, small, options(9), Recorder())
    assert states(sqlite_url) == ["FAIL"] * 5


def test_another_search_space_or_other_data_are_refused_by_name(
    url: str, quick: StudySpec, small: Dataset
) -> None:
    search(quick, url, small, options(1), Recorder())
    with pytest.raises(StudyMismatchError, match=r"'quick' is another one: training.epochs: 2 → 9"):
        search(replace(quick, epochs=9), url, small, options(2), Recorder())
    narrower = replace(quick, search={**quick.search, "batch_size": (32, 64)})
    with pytest.raises(StudyMismatchError, match=r"search.batch_size: \[32, 64, 128, 256\] →"):
        search(narrower, url, small, options(2), Recorder())
    other = replace(small, fingerprint="0123456789abcdef")
    with pytest.raises(StudyMismatchError, match=r"data: uci-har .* → uci-har 0123456789abcdef"):
        search(quick, url, other, options(2), Recorder())
    described = replace(quick, description="other words")
    assert search(described, url, small, options(1), Recorder()).done == 1


def test_a_foreign_study_of_that_name_is_left_alone(
    sqlite_url: str, quick: StudySpec, small: Dataset
) -> None:
    with open_for_writing(sqlite_url) as storage:
        optuna.create_study(storage=storage, study_name="quick")
    with pytest.raises(StudyMismatchError, match="not made by har-search"):
        search(quick, sqlite_url, small, options(1), Recorder())


def test_simulated_data_get_a_study_of_their_own(
    sqlite_url: str, quick: StudySpec, small: Dataset
) -> None:
    outcome = search(quick, sqlite_url, replace(small, name="simulated"), options(1), Recorder())
    assert outcome.study_name == "quick-simulated"


def test_a_full_database_stops_the_search_with_one_line(
    sqlite_url: str, quick: StudySpec, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's own limit on pages gives the error of a full disk."""

    @contextmanager
    def open_full(url: str) -> Iterator[optuna.storages.RDBStorage]:
        def limit(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA max_page_count=45")

        with open_for_writing(url) as storage:
            sqlalchemy.event.listen(storage.engine, "connect", limit)
            storage.engine.dispose()
            yield storage

    monkeypatch.setattr(search_module, "open_for_writing", open_full)
    recorder = Recorder()
    with pytest.raises(StorageError, match=r"disk is full \(free some space and run again"):
        search(quick, sqlite_url, small, options(10_000), recorder)
    monkeypatch.undo()
    assert recorder.trials
    done = len(recorder.trials)
    assert len(leaderboard(sqlite_url).standings) == done
    assert search(quick, sqlite_url, small, options(done + 1), Recorder()).done == done + 1


def test_samplers_and_pruners_are_those_the_file_names(quick: StudySpec) -> None:
    def sampler(name: str, **chosen: float) -> object:
        return make_sampler(replace(quick, sampler=Component(name, chosen)), 1)

    assert isinstance(sampler("tpe", startup_trials=20), optuna.samplers.TPESampler)
    assert isinstance(sampler("gp"), optuna.samplers.GPSampler)
    assert isinstance(sampler("random"), optuna.samplers.RandomSampler)

    def pruner(name: str, **chosen: float) -> object:
        return make_pruner(replace(quick, pruner=Component(name, chosen)))

    assert isinstance(pruner("none"), optuna.pruners.NopPruner)
    assert isinstance(pruner("percentile", percentile=25), optuna.pruners.PercentilePruner)
    assert isinstance(pruner("median", warmup_epochs=3), optuna.pruners.PercentilePruner)


@pytest.mark.parametrize(("warmup", "first"), [(0, 1), (3, 4)])
def test_warmup_epochs_are_those_without_pruning(quick: StudySpec, warmup: int, first: int) -> None:
    component = Component("median", {"startup_trials": 1, "warmup_epochs": warmup})
    study = optuna.create_study(
        direction="maximize", pruner=make_pruner(replace(quick, pruner=component))
    )
    good, bad = study.ask(), study.ask()
    for epoch in range(1, 7):
        good.report(0.9, epoch)
    study.tell(good, 0.9)
    pruned = []
    for epoch in range(1, 7):
        bad.report(0.1, epoch)
        pruned.append(bad.should_prune())
    assert pruned.index(True) + 1 == first


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_device("auto").type == choose_device("cpu").type == "cpu"
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(OptionError, match=r"--device cuda: torch finds cpu"):
        choose_device("cuda")


def test_signals_outside_the_main_thread_are_left_alone() -> None:
    asked: list[bool] = []

    def ask() -> None:
        with stop_on_signals(lambda: None) as should_stop:
            asked.append(should_stop())

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert asked == [False]


def test_a_study_is_prepared_once(url: str, quick: StudySpec, small: Dataset) -> None:
    for _ in range(2):
        with open_for_writing(url) as storage:
            study = prepare_study(storage, "quick", quick, small)
            assert [trial.state.name for trial in study.trials] == ["WAITING"]
            assert study.metric_names == ["score"]
