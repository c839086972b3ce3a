import threading
import time

import pytest

from har_search.machine import this_worker
from har_search.storage import activity
from har_search.storage.activity import is_searched, open_claims
from har_search.storage.claims import claim_place
from har_search.storage.patient import PatientStorage
from tests.helpers import ELSEWHERE


@pytest.fixture(autouse=True)
def look_shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "LOOK_SECONDS", 1.0)


def test_a_claim_that_beats_is_a_search(storage: PatientStorage) -> None:
    assert not is_searched(storage, "quick")
    claim = claim_place(storage, "quick", 9, ELSEWHERE)
    assert claim is not None
    assert not is_searched(storage, "quick")  # left behind
    ended = threading.Event()

    def beat() -> None:
        while not ended.is_set():
            claim.beat()
            time.sleep(0.1)

    thread = threading.Thread(target=beat)
    thread.start()
    assert is_searched(storage, "quick")
    ended.set()
    thread.join()


def test_a_worker_that_is_dead_here_needs_no_look(storage: PatientStorage) -> None:
    host, *_ = this_worker().rsplit("/", 2)
    assert claim_place(storage, "quick", 9, this_worker()) is not None
    assert len(open_claims(storage, "quick")) == 1
    assert host
