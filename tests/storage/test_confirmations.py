"""What fresh seeds made of entries, kept and read back."""

from dataclasses import replace

from har_search.challenge.confirmed import Confirmation, Confirmed
from har_search.data.dataset import Dataset
from har_search.search.worker import work
from har_search.storage import confirmations
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from tests.helpers import Recorder, prepared


def test_figures_of_a_trial_that_is_gone_do_not_count(
    sqlite_url: str, quick: StudySpec, small: Dataset
) -> None:
    job = prepared(sqlite_url, quick, small)
    work(replace(job, trials=1), small, Recorder())
    one = Confirmation(0, 1, 0.9, 0.95)
    with open_for_writing(sqlite_url) as storage:
        confirmations.save(storage, "quick", 0, 12345, 3, [one])
        with storage.engine.connect() as connection:
            assert confirmations.read(connection, "quick", {0: 54321}) == {}
            found = confirmations.read(connection, "quick", {0: 12345})
    assert found == {0: Confirmed(3, (one,))}
