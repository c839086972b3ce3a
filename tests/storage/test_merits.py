from collections.abc import Callable

from har_search.storage.database import open_for_writing
from har_search.storage.merits import as_good, best_of_track
from har_search.study.spec import StudySpec
from tests.conftest import Entry


def test_a_trial_is_compared_with_the_finished_ones(
    url: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    fill(url, quick, [Entry(0.965, 0.01), Entry(0.97, 0.015), Entry(0.99, 0.05, pruned=True)])
    with open_for_writing(url) as storage:
        score = quick.scoring.score(0.97, 0.015)
        assert as_good(storage, "quick", score) == 1 + (quick.scoring.score(0.99, 0.05) >= score)
        assert as_good(storage, "quick", 0.0) == 3
        assert as_good(storage, "quick", 1.0) == as_good(storage, "another", 0.0) == 0
        assert best_of_track(storage, "quick", "track_a") == 0.97
        assert best_of_track(storage, "quick", "track_b") == 0.99
        assert best_of_track(storage, "another", "track_a") is None
        assert best_of_track(storage, "quick", "track_c") is None
