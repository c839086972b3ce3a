from collections.abc import Callable
from dataclasses import replace

import optuna

from har_search.storage.database import open_for_reading, open_for_writing
from har_search.storage.figures import (
    accuracies_and_gaps,
    finished_figures,
    sampled_values,
    students,
)
from har_search.study.spec import StudySpec
from tests.conftest import Entry


def test_figures_are_those_of_finished_trials(
    url: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    fill(url, quick, [Entry(0.9, 0.03, "zoe"), Entry(0.8, 0.01, "ann", pruned=True)])
    fill(url, replace(quick, name="other"), [Entry(0.7, 0.02, 'Zoë "z"')])
    with open_for_writing(url) as storage:
        study = optuna.load_study(storage=storage, study_name="quick")
        number = study.ask().number  # it still runs, and is not shown
        storage.set_trial_user_attrs("quick", number, {"test_accuracy": 0.99, "gap": 0.0})
        ids = [each._trial_id for each in study.trials]
    with open_for_reading(url) as connection:
        assert students(connection) == ['Zoë "z"', "ann", "zoe"]
        points = accuracies_and_gaps(connection, ("quick", "other"))
        assert sorted(tuple(row) for row in points) == [
            (0.7, 0.02, None, "other", 1),
            (0.8, 0.01, None, "quick", 2),
            (0.9, 0.03, None, "quick", 1),
        ]
        assert accuracies_and_gaps(connection, ()) == []
        first, second = finished_figures(connection, "quick")
        assert dict(first) == {
            "trial_id": ids[1],
            "number": 1,
            "pruned": False,
            "score": quick.scoring.score(0.9, 0.03),
            "start": None,
            "student": '"zoe"',
            "test_accuracy": 0.9,
            "gap": 0.03,
        }
        assert (second["number"], second["pruned"], second["student"]) == (2, True, '"ann"')
        sampled = {
            (trial, name): value for trial, name, value in sampled_values(connection, "quick")
        }
        assert {trial for trial, _ in sampled} == {ids[1], ids[2]}
        assert sampled[ids[1], "width"] == 128
        assert sampled[ids[1], "learning_rate"] == 0.0012345678901234567
