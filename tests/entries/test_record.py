"""What the database knows of a finished trial."""

import pytest

from har_search.data.dataset import Dataset
from har_search.entries.record import read_record
from har_search.errors import NotFoundError
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from tests.helpers import search


def test_a_trial_that_did_not_finish_has_no_record(
    sqlite_url: str, quick: StudySpec, small: Dataset
) -> None:
    search(sqlite_url, quick, small, 1, None)
    with open_for_writing(sqlite_url) as storage:
        import optuna

        optuna.load_study(storage=storage, study_name="quick").ask()
    with pytest.raises(NotFoundError):
        read_record(sqlite_url, 1)
