"""Places in a study's budget: claimed exactly, held with a beat, given back."""

import threading

import optuna
import pytest

from har_search.storage import claims
from har_search.storage.claims import claim_place, finished_trials, held_claims
from har_search.storage.patient import PatientStorage


def test_places_run_out_and_come_back(storage: PatientStorage, study: optuna.Study) -> None:
    one, two = (claim_place(storage, "quick", 2, "me") for _ in range(2))
    assert one
    assert two
    assert claim_place(storage, "quick", 2, "me") is None
    assert claim_place(storage, "quick", 3, "me") is not None
    trial = study.ask()
    assert one.attach(trial.number)
    study.tell(trial, 0.5)
    assert finished_trials(storage, "quick") == 1
    one.release()  # finished: its place stays taken
    assert claim_place(storage, "quick", 3, "me") is None
    two.release()
    assert claim_place(storage, "quick", 3, "me") is not None


def test_a_failed_trial_frees_its_place_with_its_claim(
    storage: PatientStorage, study: optuna.Study
) -> None:
    claim = claim_place(storage, "quick", 1, "me")
    assert claim
    claim.attach(study.ask().number)
    study.tell(0, state=optuna.trial.TrialState.FAIL)
    assert claim_place(storage, "quick", 1, "me") is None
    claim.release()
    assert claim_place(storage, "quick", 1, "me") is not None


def test_a_claim_that_was_taken_away_says_so(storage: PatientStorage) -> None:
    claim = claim_place(storage, "quick", 1, "me")
    assert claim
    assert claim.beat()
    claim.release()
    assert not claim.beat()
    assert not claim.attach(3)


def test_claims_at_once_are_exact(storage: PatientStorage, url: str) -> None:
    claims = []
    ready = threading.Barrier(8)

    def claim_many() -> None:
        ready.wait()
        claims.extend(claim_place(storage, "quick", 17, "me") for _ in range(5))

    threads = [threading.Thread(target=claim_many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(claim is not None for claim in claims) == 17


def test_a_claim_beats_while_it_is_held(
    storage: PatientStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "BEAT_SECONDS", 0.01)
    claim = claim_place(storage, "quick", 1, "me")
    assert claim
    with claim.beating():
        while held_claims(storage, "quick")[0].beats < 3:
            pass
