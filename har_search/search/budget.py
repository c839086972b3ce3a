"""The budget: a study ends with exactly N finished trials, over all workers and machines.

A worker claims a place before it starts a trial, in a table of ours. A place is taken by a finished
trial (complete or pruned) or by a claim whose trial is not finished; `claim_place` adds one only
while fewer than N are taken, in one transaction, so N is never exceeded. A claim ends with its
trial. A dead worker's is found by its heartbeat, which stops; its trial is marked failed and its
parameters are queued again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import optuna
from optuna.trial import TrialState

from har_search.machine import is_dead_here, this_worker
from har_search.storage import attributes
from har_search.storage.claims import Claim
from har_search.storage.patient import PatientStorage

DEAD_SECONDS = 30.0  # without a beat
LONGEST_LOOK_SECONDS = 10.0  # between two looks at the beats, else the database was away
MOST_RETRIES = 2  # of parameters on which workers died


def put_back(storage: PatientStorage, study: optuna.Study, number: int, reason: str) -> bool:
    """Mark a running trial failed and queue its parameters again; False where it has finished.

    The parameters are queued first: a crash in between tries them twice rather than never.
    """
    trial = next(each for each in study.get_trials(deepcopy=False) if each.number == number)
    if trial.state.is_finished():
        return False
    queued: Mapping[str, Any] = trial.system_attrs.get("fixed_params", {})
    parameters = {**queued, **trial.params}
    kept: dict[str, Any] = {}
    if attributes.START in trial.user_attrs:
        kept[attributes.START] = trial.user_attrs[attributes.START]
    retries = trial.user_attrs.get(attributes.RETRIES, 0) + (reason == attributes.WORKER_DIED)
    if retries:
        kept[attributes.RETRIES] = retries
    if retries <= MOST_RETRIES and (parameters or attributes.START in kept):
        study.enqueue_trial(parameters, user_attrs=kept)
    storage.set_trial_user_attrs(study.study_name, number, {attributes.FAILURE: reason})
    study.tell(number, state=TrialState.FAIL, skip_if_finished=True)
    return True


class Sweeper:
    """Finds the trials of dead workers and puts them back.

    A worker is dead where its process is known to be, or where its beat has not changed for
    `DEAD_SECONDS` under the sweeper's own eyes: no clocks are compared, and time in which the
    database was away does not count.
    """

    def __init__(self, storage: PatientStorage, study: optuna.Study) -> None:
        self.storage, self.study = storage, study
        self.seen: dict[str, tuple[int, float]] = {}  # beat, and since when it has not changed
        self.looked = -math.inf

    def sweep(self) -> int:
        """Put back what dead workers held, and return how many trials or places that were."""
        now = time.monotonic()
        if now - self.looked > LONGEST_LOOK_SECONDS:
            self.seen.clear()
        self.looked = now
        name = self.study.study_name
        claims = self.storage.fetch(_CLAIMS_OF_STUDY, name=name)
        orphans = [row.number for row in self.storage.fetch(_ORPHANS, name=name)]
        beats = {row.claim: row.beat for row in claims} | {f"trial {each}": 0 for each in orphans}
        self.seen = {
            key: self.seen[key] if key in self.seen and self.seen[key][0] == beat else (beat, now)
            for key, beat in beats.items()
        }

        def silent(key: str) -> bool:
            return now - self.seen[key][1] >= DEAD_SECONDS

        swept = 0
        for row in claims:
            if (is_dead_here(row.worker) or silent(row.claim)) and self._take_over(row):
                if row.number is not None:
                    self._put_back(row.number)
                Claim(self.storage, row.claim).release()
                swept += 1
        for number in orphans:
            swept += silent(f"trial {number}") and self._put_back(number)
        return swept

    def _put_back(self, number: int) -> bool:
        return put_back(self.storage, self.study, number, attributes.WORKER_DIED)

    def _take_over(self, row: Any) -> bool:
        """Make a dead worker's claim ours, so that no other sweeper handles it, too."""
        statement = (
            "UPDATE har_search_claims SET worker = :worker, beat = beat + 1 "
            "WHERE claim = :claim AND beat = :beat"
        )
        values = {"worker": this_worker(), "claim": row.claim, "beat": row.beat}
        return self.storage.change(statement, **values) == 1


_CLAIMS_OF_STUDY = (
    "SELECT claim, worker, number, beat FROM har_search_claims WHERE study_name = :name"
)
# Running without a claim: the worker died between starting the trial and saying so.
_ORPHANS = (
    "SELECT t.number FROM trials t JOIN studies s ON s.study_id = t.study_id "
    "WHERE s.study_name = :name AND t.state = 'RUNNING' AND NOT EXISTS ("
    "SELECT 1 FROM har_search_claims c WHERE c.study_name = :name AND c.number = t.number)"
)
