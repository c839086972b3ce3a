import json
from collections.abc import Callable

import optuna
import pytest
import sqlalchemy

from har_search.storage.database import open_for_reading, open_for_writing
from har_search.storage.trials import trial_files, trial_id, trial_state, user_attributes
from har_search.study.spec import StudySpec
from tests.conftest import Entry


def test_what_is_recorded_of_a_trial_is_read(
    url: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    fill(url, quick, [Entry(0.9), Entry(0.8, pruned=True)])
    meta = json.dumps({"artifact_id": "a key", "filename": "curve.png"})
    with open_for_writing(url) as storage:
        for _ in range(2):  # what is there stays
            storage.add_trial_system_attrs("quick", 1, {"artifacts:1": meta, "other:1": "no file"})
        known = optuna.load_study(storage=storage, study_name="quick").trials
    with open_for_reading(url) as connection:
        assert [trial_id(connection, "quick", each.number) for each in known] == [
            each._trial_id for each in known
        ]
        states = [trial_state(connection, "quick", each.number) for each in known]
        assert states == ["FAIL", "COMPLETE", "PRUNED"]
        assert user_attributes(connection, "quick", 1) == known[1].user_attrs
        assert trial_files(connection, "quick", 1) == {"curve.png": "a key"}
        assert trial_files(connection, "quick", 2) == {}
        with pytest.raises(sqlalchemy.exc.NoResultFound):
            trial_id(connection, "quick", 9)
