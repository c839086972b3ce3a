"""What optuna-dashboard is given to show: notes, a plot, and the files of notable trials."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
import pandas as pd
import pytest
import torch
from optuna.artifacts import FileSystemArtifactStore, get_all_artifact_meta
from optuna_dashboard._custom_plot_data import get_plotly_graph_objects
from safetensors.torch import load_file
from werkzeug.test import Client

from har_search.board.colours import LIGHT
from har_search.board.standings import Selection, leaderboard
from har_search.challenge.confirmed import Confirmation
from har_search.data.dataset import Dataset
from har_search.networks import mlp
from har_search.networks.evaluation import accuracy
from har_search.networks.mlp import MLPConfig
from har_search.networks.splits import TensorSplit
from har_search.search.events import FinishedTrial
from har_search.search.showcase import Showcase, plot, refresh_study_note
from har_search.search.worker import work
from har_search.storage import artifacts, confirmations, details
from har_search.storage.database import open_for_writing
from har_search.study.file import load_spec
from har_search.study.spec import StudySpec
from har_search.training.versions import versions
from har_search.web.server import make_app
from tests.conftest import Entry
from tests.helpers import Recorder, note_of, prepared


@pytest.fixture
def searched(url: str, quick: StudySpec, small: Dataset, tmp_path: Path) -> tuple[str, Path]:
    """A study of twelve finished trials, and its artifacts' folder."""
    folder = tmp_path / "artifacts"
    job = prepared(url, quick, small)
    artifacts.make_folder(folder)
    recorder = Recorder()
    work(replace(job, trials=12, student="<b>ann</b>", artifacts=folder), small, recorder)
    with open_for_writing(url) as storage:
        study = optuna.load_study(storage=storage, study_name="quick")
        showcase = Showcase(storage, study, quick, folder)
        for event in recorder.events:
            assert isinstance(event, FinishedTrial)
            showcase.refresh(event.number, event.done, leads=event.leads)
        showcase.draw(Selection(study="quick", top=10))
    return url, folder


def test_note_plot_and_files(searched: tuple[str, Path], small: Dataset) -> None:
    url, folder = searched
    standings = leaderboard(url).standings
    best_of_all = standings[0]
    with open_for_writing(url) as storage:
        study = optuna.load_study(storage=storage, study_name="quick")
        note = note_of(study)
        assert "test above 96 %, gap under 2 pp" in note
        assert f"Best score: trial {best_of_all.trial} of" in note
        assert "<b>" not in note.replace("\\<b\\>", "")
        (plot,) = get_plotly_graph_objects(storage.get_study_system_attrs(study._study_id)).values()
        plotted = [text for trace in json.loads(plot)["data"] for text in trace["text"]]
        assert len(plotted) >= 10
        store = FileSystemArtifactStore(folder)
        notable, top = [], [each.trial for each in standings[:10]]
        for trial in study.trials:
            files = {
                each.filename: each.artifact_id
                for each in get_all_artifact_meta(trial, storage=storage)
            }
            if not files:
                continue
            notable.append(trial.number)
            assert "At its time" in note_of(study, trial._trial_id)
            drawn = {"confusion-matrix.png", "learning-curve.png"}
            assert set(files) - drawn == {"epochs.csv", "weights.safetensors"}
            if trial.number in top:
                assert drawn < set(files)
            with store.open_reader(files["epochs.csv"]) as file:
                epochs = pd.read_csv(file)["epoch"].tolist()
                assert epochs == list(range(1, trial.user_attrs["epochs"] + 1))
        assert best_of_all.trial in notable
        best = next(each for each in study.trials if each.number == best_of_all.trial)
        (weights,) = (
            each.artifact_id
            for each in get_all_artifact_meta(best, storage=storage)
            if each.filename == "weights.safetensors"
        )
    params: dict[str, Any] = dict(best_of_all.params)
    network = mlp.build(
        MLPConfig(params["width"], params["depth"], params["dropout"], params["batch_norm"])
    )
    network.load_state_dict(load_file(folder / weights))
    assert accuracy(network, TensorSplit.of(small.test)) == best_of_all.test_accuracy


def test_only_notable_trials_get_files(
    sqlite_url: str, quick: StudySpec, small: Dataset, tmp_path: Path
) -> None:
    job = prepared(sqlite_url, quick, small)
    work(replace(job, trials=30, artifacts=tmp_path), small, Recorder())
    with open_for_writing(sqlite_url) as storage:
        study = optuna.load_study(storage=storage, study_name="quick")
        top = sorted(study.trials, key=lambda each: each.value or 0, reverse=True)[:10]
        with_files = [
            trial.number for trial in study.trials if get_all_artifact_meta(trial, storage=storage)
        ]
    assert {each.number for each in top} <= set(with_files)
    assert len(with_files) < 30


def test_details_are_those_of_the_checkpoint(searched: tuple[str, Path], small: Dataset) -> None:
    url, _ = searched
    for standing in leaderboard(url).standings:
        found = details.read(url, "quick", standing.trial)
        assert found is not None
        counts = torch.tensor(found.confusion)
        assert int(counts.sum()) == len(small.test.labels)
        assert int(counts.diagonal().sum()) / int(counts.sum()) == standing.test_accuracy
        at_checkpoint = found.curve.test_accuracy[standing.epoch - 1]
        assert at_checkpoint == pytest.approx(standing.test_accuracy)
        assert len(found.curve.loss) == standing.epochs
    assert details.read(url, "quick", 99) is None


def test_versions_are_shown_as_they_are_stored(searched: tuple[str, Path]) -> None:
    url, folder = searched
    with make_app(url, folder, writable=False) as app:
        client = Client(app)
        found = client.get("/api/studies/1").json
        table = client.get("/csv/1")
    assert found is not None
    assert {"key": "versions", "sortable": False} in found["union_user_attrs"]
    for trial in found["trials"]:
        (shown,) = [each["value"] for each in trial["user_attrs"] if each["key"] == "versions"]
        assert json.loads(shown) == versions()
    assert table.status_code == 200
    assert "UserAttribute versions" in table.text


def test_the_plot_shows_where_trials_are_in_the_tracks_colours(
    sqlite_url: str, fill: Callable[..., None]
) -> None:
    spec = load_spec("lesson")
    fill(sqlite_url, spec, [Entry(0.98, 0.015), Entry(0.98, 0.03), Entry(0.955, 0.005)])
    figure = plot(spec, leaderboard(sqlite_url).standings)
    marks = {trace.name: trace.marker for trace in figure.data}
    assert marks["track A and B"].color == LIGHT.tracks[0]
    assert marks["track A and B"].line.color == LIGHT.tracks[1]
    assert marks["track B"].color == LIGHT.tracks[1]
    assert marks["no track"].color == LIGHT.other
    left, right = figure.layout.xaxis.range
    assert 0 < left < 0.5
    assert 3 < right < 3.2
    assert [shape.fillcolor for shape in figure.layout.shapes] == list(LIGHT.tracks[:2])


def test_the_note_is_written_anew_once_an_entry_is_confirmed(
    sqlite_url: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    fill(sqlite_url, quick, [Entry(0.98, 0.01)])
    found = [Confirmation(place, place, 0.94 + place / 1000, 0.96) for place in range(3)]
    with open_for_writing(sqlite_url) as storage:
        storage.create_our_tables()
        confirmations.save(storage, "quick", 1, 7, 3, found)
    refresh_study_note(sqlite_url, "quick")
    with open_for_writing(sqlite_url) as storage:
        note = note_of(optuna.load_study(study_name="quick", storage=storage))
    assert (
        "trial 1 of ann, misses: 0 of 3 seeds qualify; mean 94.10 %, 1.90 pp short (98.00" in note
    )
    assert "Believe `har-search report`" in note
