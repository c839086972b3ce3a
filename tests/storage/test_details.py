"""Curves and confusion matrices, kept and read back; `challenge/figures.py` is what is kept."""

import json
from collections.abc import Callable

from har_search.challenge.figures import Curve, Details
from har_search.data.dataset import Dataset
from har_search.search.study import prepare_study
from har_search.storage import details
from har_search.storage.database import open_for_reading, open_for_writing
from har_search.study.spec import StudySpec
from tests.conftest import Entry

Fill = Callable[..., None]


def test_details_are_replaced(sqlite_url: str, quick: StudySpec, small: Dataset) -> None:
    curve = Curve([1.0], [0.5], [0.5], [None])
    with open_for_writing(sqlite_url) as storage:
        study = prepare_study(storage, "quick", quick, small)
        number = study.ask().number
        for count in (1, 2):
            details.save(storage, "quick", number, Details(curve, [[count]]))
    found = details.read(sqlite_url, "quick", number)
    assert found == Details(curve, [[2]])


def test_curves_of_a_study_are_those_that_are_kept(url: str, quick: StudySpec, fill: Fill) -> None:
    fill(url, quick, [Entry(0.97, 0.01), Entry(0.96), Entry(0.95, pruned=True)])
    first = len(quick.starts)
    with open_for_reading(url) as connection:
        assert details.curves(connection, "quick") == []
    curve = Curve([1.0], [0.5], [0.5], [None])
    with open_for_writing(url) as storage:
        for number in (first, first + 2):
            details.save(storage, "quick", number, Details(curve, [[1]]))
    with open_for_reading(url) as connection:
        rows = details.curves(connection, "quick")
        assert details.curves(connection, "other") == []
    assert [row.number for row in rows] == [first, first + 2]
    (row, _) = rows
    assert (row.score, row.test_accuracy, row.gap, row.epoch) == (0.97, 0.97, 0.01, 3)
    assert json.loads(row.curve)["test_accuracy"] == [0.5]
