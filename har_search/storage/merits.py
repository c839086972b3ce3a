"""What a trial that ends is compared with: the finished trials of its study."""

from __future__ import annotations

from sqlalchemy import Double, bindparam, cast, func, select

from har_search.storage.patient import PatientStorage
from har_search.storage.schema import (
    TRIALS_OF_STUDIES,
    is_finished,
    studies,
    trial_user_attributes,
    trial_values,
    trials,
    with_attribute,
)

_OF_STUDY = (studies.c.study_name == bindparam("study")) & is_finished()
_AS_GOOD = (
    select(func.count())
    .select_from(TRIALS_OF_STUDIES.join(trial_values, trial_values.c.trial_id == trials.c.trial_id))
    .where(_OF_STUDY, trial_values.c.value >= bindparam("score"))
)
_MEASURED, _TEST_ACCURACY = with_attribute(TRIALS_OF_STUDIES, "test_accuracy")
_TRACK = trial_user_attributes.alias("track")
_BEST_OF_TRACK = (
    select(func.max(cast(_TEST_ACCURACY, Double)))
    .select_from(_MEASURED.join(_TRACK, _TRACK.c.trial_id == trials.c.trial_id))
    .where(_OF_STUDY, _TRACK.c.key == bindparam("track"), _TRACK.c.value_json == "1")
)


def as_good(storage: PatientStorage, study: str, score: float) -> int:
    """Count the study's finished trials with this score or a better one."""
    return int(storage.fetch(_AS_GOOD, study=study, score=score)[0][0])


def best_of_track(storage: PatientStorage, study: str, track: str) -> float | None:
    """Return the best test accuracy in a track, named by its key; None where none qualifies."""
    best: float | None = storage.fetch(_BEST_OF_TRACK, study=study, track=track)[0][0]
    return best
