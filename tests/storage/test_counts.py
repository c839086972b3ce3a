import time
from collections.abc import Callable

import optuna

from har_search.storage.counts import (
    TrialCounts,
    failures,
    latest_ends,
    time_span,
    trial_counts,
)
from har_search.storage.database import open_for_reading, open_for_writing
from har_search.storage.studies import stored_studies
from har_search.study.spec import StudySpec
from tests.conftest import Entry

FAIL = optuna.trial.TrialState.FAIL


def test_trials_are_counted_and_timed(
    url: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    fill(url, quick, [Entry(0.9), Entry(0.8, pruned=True)])  # after a failed start
    with open_for_writing(url) as storage:
        study = optuna.load_study(storage=storage, study_name="quick")
        for reason in ("no memory", "diverged", "no memory"):
            number = study.ask().number
            storage.set_trial_user_attrs("quick", number, {"failure": reason})
            time.sleep(0.01)
            study.tell(number, state=FAIL)
        study.ask()
        known = study.trials
    with open_for_reading(url) as connection:
        (stored,) = stored_studies(connection)
        assert trial_counts(connection) == {stored.id: TrialCounts(2, 1, 4)}
        assert list(failures(connection, "quick").items()) == [("no memory", 2), ("diverged", 1)]
        ends = [
            each.datetime_complete for each in known if each.state.name in ("PRUNED", "COMPLETE")
        ]
        assert latest_ends(connection, stored.id, 30) == ends[::-1]
        assert latest_ends(connection, stored.id, 1) == ends[-1:]
        began, ended = time_span(connection, stored.id)
        assert began == known[0].datetime_start
        assert ended == max(each.datetime_complete for each in known if each.datetime_complete)
        assert time_span(connection, stored.id + 1) == (None, None)
