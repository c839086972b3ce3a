"""The notes that optuna-dashboard shows, word for word."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from har_search.board.standings import Selection, leaderboard
from har_search.challenge.inputs import PERSON
from har_search.challenge.rules import HOMEWORK_TRACKS
from har_search.search.notable import trial_note
from har_search.search.showcase import study_note
from har_search.study.spec import StudySpec
from har_search.training.results import Replica, TrainingResult
from tests.conftest import Entry


@pytest.fixture
def result() -> TrainingResult:
    return TrainingResult(
        epoch=7,
        epochs=20,
        test_accuracy=0.97456,
        train_accuracy=0.99,
        running_train_accuracy=0.98,
        gap=0.01544,
        score=0.97456,
        parameters=83078,
        seconds=1.0,
        diverged=False,
        history=(),
        confusion=(),
        weights={},
    )


def test_a_notable_trials_note(quick: StudySpec, result: TrainingResult) -> None:
    assert trial_note(quick, ["the first entry of track A", "the best score so far"], result) == (
        "At its time the first entry of track A and the best score so far.\n\n"
        "test 97.46 %, train 99.00 %, gap 1.54 pp, score 97.46, all of epoch 7 of 20; "
        "83,078 parameters."
    )


def test_a_note_of_several_seeds_and_calibrated_inputs(
    quick: StudySpec, result: TrainingResult
) -> None:
    several = replace(result, replicas=(Replica(1, 0.9, 0.9, b""),) * 5)
    note = trial_note(replace(quick, inputs=PERSON), ["number 3 by score so far"], several)
    assert note.startswith("At its time number 3 by score so far.\n\ntest 97.46 %")
    assert note.endswith(
        " parameters; calibrated per person. Means over 5 seeds; pictures and weights are the "
        "first's."
    )


def test_a_studys_note(sqlite_url: str, quick: StudySpec, fill: Callable[..., None]) -> None:
    spec = replace(quick, description="", tracks=HOMEWORK_TRACKS)
    fill(sqlite_url, spec, [Entry(0.97, 0.01, student="<b>ann</b>")])
    board = leaderboard(sqlite_url, Selection(study="quick", top=1))
    (number,) = (each.trial for each in board.leaders.values() if each is not None)
    entry = f"trial {number} of \\<b\\>ann\\</b\\>, test 97.00 %, gap 1.00 pp"
    importance = (
        "**Importance**: the bars of optuna-dashboard add up to 100 % even where nothing matters. "
        "Believe `har-search report`: it marks what is clearly more than luck."
    )
    assert study_note(spec, board) == (
        "The study quick. [Class leaderboard](/)\n\n"
        "| track | rule | leader |\n"
        "| --- | --- | --- |\n"
        f"| A | test above 96 %, gap under 2 pp | {entry}, not yet confirmed |\n"
        "| B | test above 97.5 % | none yet |\n\n"
        f"Best score: {entry}, of 1 finished trials.\n\n"
        f"{importance}\n\n"
        "**Score** = test accuracy - 1 × (gap - 2 pp, where the gap is larger). **Gap** = train - "
        "test accuracy of the same epoch, dropout off, on the whole split. A trial's figures are "
        "those of its epoch of best score, so they were selected on the test set: expect less from "
        "a new seed."
    )
