"""Whether a search of a study runs, on any machine, told by its claims' beats."""

from __future__ import annotations

import time

from har_search.machine import is_dead_here
from har_search.storage.claims import BEAT_SECONDS, HeldClaim, held_claims
from har_search.storage.patient import PatientStorage

LOOK_SECONDS = 2 * BEAT_SECONDS + 1  # a worker that lives has beaten by then
_PAUSE_SECONDS = 0.25


def open_claims(storage: PatientStorage, study: str) -> dict[str, int]:
    """Return the beats of a study's claims whose workers may live, by the claims' ids."""
    held = held_claims(storage, study)
    return {each.claim.id: each.beats for each in held if not _is_dead(each)}


def is_searched(storage: PatientStorage, study: str) -> bool:
    """Return whether a search of a study runs.

    Where there are claims, it looks at them for up to `LOOK_SECONDS`: a worker beats, a claim that
    was left behind does not.
    """
    before = open_claims(storage, study)
    deadline = time.monotonic() + LOOK_SECONDS
    while before and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
        now = open_claims(storage, study)
        if any(now[claim] != before.get(claim) for claim in now):
            return True
        before = now
    return False


def _is_dead(claim: HeldClaim) -> bool:
    return is_dead_here(claim.worker)
