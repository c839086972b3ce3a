"""The budget: a study ends with exactly N finished trials, over all workers and machines.

A worker claims a place before it starts a trial, in a table of ours. A place is taken by a finished
trial (complete or pruned) or by a claim whose trial is not finished; `claims.claim_place` adds one
only while fewer than N are taken, in one transaction, so N is never exceeded. A claim ends with its
trial. A dead worker's is found by its heartbeat, which stops; its trial is marked failed and its
parameters are queued again.
"""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Mapping
from typing import Any

import optuna
from optuna.trial import TrialState

from har_search.machine import is_dead_here, this_worker
from har_search.storage import attributes
from har_search.storage.claims import Claim, claim_orphan, held_claims, unclaimed_trials
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
        self.worker = f"sweeper-{uuid.uuid4().hex[:8]}.{this_worker()}"  # as a holder of claims
        self.seen: dict[str, tuple[int, float]] = {}  # beat, and since when it has not changed
        self.looked = -math.inf

    def sweep(self) -> int:
        """Put back what dead workers held, and return how many trials or places that were."""
        now = time.monotonic()
        if now - self.looked > LONGEST_LOOK_SECONDS:
            self.seen.clear()
        self.looked = now
        name = self.study.study_name
        seen: dict[str, tuple[int, float]] = {}

        def is_silent(key: str, beats: int) -> bool:
            before = self.seen.get(key)
            seen[key] = before if before is not None and before[0] == beats else (beats, now)
            return now - seen[key][1] >= DEAD_SECONDS

        swept = 0
        for each in held_claims(self.storage, name):
            silent = is_silent(each.claim.id, each.beats)
            # One of our own is what a sweep left that the database interrupted.
            dead = silent or each.worker == self.worker or is_dead_here(each.worker)
            if dead and each.take_over(self.worker):  # so that no other sweeper handles it, too
                self._end(each.claim, each.number)
                swept += 1
        for number, orphan in unclaimed_trials(self.storage, name).items():
            silent = is_silent(f"trial {number}", 0)
            if silent or orphan:
                claim = claim_orphan(self.storage, name, number, self.worker)
                if claim is not None:
                    self._end(claim, number)
                    swept += 1
        self.seen = seen
        return swept

    def _end(self, claim: Claim, number: int | None) -> None:
        """Put back the trial of a claim that is ours, where it has one, and end the claim."""
        if number is not None:
            put_back(self.storage, self.study, number, attributes.WORKER_DIED)
        claim.release()
