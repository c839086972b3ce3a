import threading
from dataclasses import replace

import optuna
import pytest

from har_search.data.dataset import Dataset
from har_search.errors import StudyMismatchError
from har_search.search import study
from har_search.search.study import load_study, prepare_study
from har_search.storage import attributes
from har_search.storage.database import open_for_writing
from har_search.storage.studies import StoredStudy, read_study
from har_search.study.spec import LESSON, StudySpec


def prepare(url: str, spec: StudySpec, dataset: Dataset) -> optuna.Study:
    with open_for_writing(url) as storage:
        return prepare_study(storage, spec.name, spec, dataset)


def test_a_study_is_prepared_once(url: str, quick: StudySpec, small: Dataset) -> None:
    for _ in range(2):
        prepare(url, quick, small)
    with open_for_writing(url) as storage:
        prepared = load_study(storage, "quick", quick, seed=1)
        assert [trial.state.name for trial in prepared.trials] == ["WAITING"]
        assert prepared.metric_names == ["score"]


def test_twenty_at_once_make_one_study(url: str, quick: StudySpec, small: Dataset) -> None:
    failures = []
    ready = threading.Barrier(20)

    def prepare_at_once() -> None:
        ready.wait()
        try:
            prepare(url, quick, small)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=prepare_at_once) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with open_for_writing(url) as storage:
        assert len(optuna.get_all_study_summaries(storage)) == 1
        assert len(load_study(storage, "quick", quick, seed=1).trials) == len(quick.starts)


def test_a_study_whose_making_was_cut_short_is_made_good(
    sqlite_url: str, quick: StudySpec, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study, "_enqueue_starts", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        prepare(sqlite_url, quick, small)
    assert read_study(sqlite_url, "quick") is None
    monkeypatch.undo()
    prepare(sqlite_url, quick, small)
    assert read_study(sqlite_url, "quick") == StoredStudy(
        id=1, name="quick", spec=quick, dataset="uci-har", fingerprint=small.fingerprint
    )
    with open_for_writing(sqlite_url) as storage:
        (lesson,) = load_study(storage, "quick", quick, seed=1).trials
        assert lesson.user_attrs == {attributes.START: "lesson"}
        assert lesson.system_attrs["fixed_params"]["width"] == LESSON["width"]


def test_another_search_space_or_other_data_are_refused_by_name(
    url: str, quick: StudySpec, small: Dataset
) -> None:
    prepare(url, quick, small)
    with pytest.raises(StudyMismatchError, match=r"'quick' is another one: training.epochs: 2 → 9"):
        prepare(url, replace(quick, epochs=9), small)
    narrower = replace(quick, search={**quick.search, "batch_size": (32, 64)})
    with pytest.raises(StudyMismatchError, match=r"search.batch_size: \[32, 64, 128, 256\] →"):
        prepare(url, narrower, small)
    other = replace(small, fingerprint="0123456789abcdef")
    with pytest.raises(StudyMismatchError, match=r"data: uci-har .* → uci-har 0123456789abcdef"):
        prepare(url, quick, other)
    prepare(url, replace(quick, description="other words"), small)


def test_a_foreign_study_of_that_name_is_left_alone(
    sqlite_url: str, quick: StudySpec, small: Dataset
) -> None:
    with open_for_writing(sqlite_url) as storage:
        foreign = optuna.create_study(storage=storage, study_name="quick")
        foreign.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    with pytest.raises(StudyMismatchError, match="not made by har-search"):
        prepare(sqlite_url, quick, small)
    assert read_study(sqlite_url, "quick") is None
