"""What a trial records, by the names that databases know."""

from dataclasses import replace

import pytest

from har_search.challenge.rules import HOMEWORK_TRACKS
from har_search.study.spec import StudySpec
from har_search.training.recorded import Entrant, figures_of
from har_search.training.results import Replica, TrainingResult
from har_search.training.versions import versions

BEN = Entrant("ben", "uci-har", "cuda")
RESULT = TrainingResult(
    epoch=7,
    epochs=20,
    test_accuracy=0.97,
    train_accuracy=0.985,
    running_train_accuracy=0.96,
    gap=0.015,
    score=0.97,
    parameters=83078,
    seconds=1.23456,
    diverged=False,
    history=(),
    confusion=(),
    weights={},
)


@pytest.fixture
def spec(quick: StudySpec) -> StudySpec:
    return replace(quick, tracks=HOMEWORK_TRACKS)


def test_a_trial_of_one_seed(spec: StudySpec) -> None:
    assert figures_of(RESULT, spec, BEN) == {
        "test_accuracy": 0.97,
        "train_accuracy": 0.985,
        "running_train_accuracy": 0.96,
        "gap": 0.015,
        "epoch": 7,
        "epochs": 20,
        "parameters": 83078,
        "seconds": 1.235,
        "student": "ben",
        "dataset": "uci-har",
        "device": "cuda",
        "versions": versions(),
        "track_a": 1,
        "track_b": 0,
    }


def test_a_figure_at_a_tracks_bound_does_not_qualify(spec: StudySpec) -> None:
    at_bound = figures_of(replace(RESULT, test_accuracy=0.975, gap=0.02), spec, BEN)
    assert (at_bound["track_a"], at_bound["track_b"]) == (0, 0)


def test_divergence_is_recorded_where_it_was(spec: StudySpec) -> None:
    assert figures_of(replace(RESULT, diverged=True), spec, BEN)["diverged"] == 1
    assert "diverged" not in figures_of(RESULT, spec, BEN)


def test_of_several_seeds_the_spread_and_the_firsts_own_figures_are_recorded(
    spec: StudySpec,
) -> None:
    replicas = (Replica(1, 0.96, 0.98, b""), Replica(2, 0.98, 0.99, b""))  # of five: it was pruned
    result = replace(RESULT, replicas=replicas)
    found = figures_of(result, replace(spec, replicas=5), BEN)
    assert found["replicas"] == 2
    assert found["test_accuracy_sd"] == pytest.approx(0.02 / 2**0.5)
    assert (found["first_test_accuracy"], found["first_train_accuracy"]) == (0.96, 0.98)
    assert found["test_accuracy"] == 0.97
