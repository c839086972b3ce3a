"""Curves and confusion matrices, kept and read back; `challenge/figures.py` is what is kept."""

from har_search.challenge.figures import Curve, Details
from har_search.data.dataset import Dataset
from har_search.search.study import prepare_study
from har_search.storage import details
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec


def test_details_are_replaced(sqlite_url: str, quick: StudySpec, small: Dataset) -> None:
    curve = Curve([1.0], [0.5], [0.5], [None])
    with open_for_writing(sqlite_url) as storage:
        study = prepare_study(storage, "quick", quick, small)
        number = study.ask().number
        for count in (1, 2):
            details.save(storage, "quick", number, Details(curve, [[count]]))
    found = details.read(sqlite_url, "quick", number)
    assert found == Details(curve, [[2]])
