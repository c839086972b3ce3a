"""What the pages are filled with, of several studies and of none, and how far a search is.

Covers `board/status.py`, `web/choice.py` and `web/gap_picture.py`, too.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from werkzeug.test import Client

from har_search.board import status
from har_search.data.dataset import SIMULATED, Dataset
from har_search.errors import NotFoundError
from har_search.search.study import prepare_study
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from har_search.web import contents
from har_search.web.server import make_app
from tests.conftest import Entry
from tests.web.conftest import ENTRIES, Fill


@pytest.mark.parametrize(
    ("query", "trials"),
    [
        ("", [1, 2, 3]),
        ("?sort=test", [2, 1, 3]),
        ("?sort=gap", [3, 1, 2]),
        ("?sort=parameters", [2, 1, 3]),
        ("?sort=newest", [3, 2, 1]),
        ("?track=B", [2]),
        ("?student=bob", [3]),
        ("?study=quick&student=ann", [1]),
        ("?track=a&page=1", [1]),
        ("?best_per_student=1&sort=test", [2, 1, 3]),
    ],
)
def test_it_sorts_filters_and_turns_pages(client: Client, query: str, trials: list[int]) -> None:
    table = client.get("/" + query).text.partition("<tbody>")[2]
    shown = [int(part.split('"')[0]) for part in table.split("/trials/")[1:]]
    assert shown == trials


def test_simultaneous_visitors_share_one_computation(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    visitors = threading.Barrier(8)

    def overview(url: str) -> status.Overview:
        asked.append(url)
        time.sleep(0.3)  # so that the others come meanwhile
        return status.overview(url)

    def visit() -> str:
        visitors.wait(30)
        return client.get("/").text

    monkeypatch.setattr(contents, "FRESH_SECONDS", 600)
    monkeypatch.setattr(contents, "overview", overview)
    with ThreadPoolExecutor(8) as pool:
        pages = [each.result() for each in [pool.submit(visit) for _ in range(8)]]
    assert len(set(pages)) == 1
    assert "97.00" in pages[0]
    assert len(asked) == 1


def test_simulated_figures_are_marked(sqlite_url: str, quick: StudySpec, fill: Fill) -> None:
    fill(sqlite_url, replace(quick, name="quick-simulated"), ENTRIES, SIMULATED)
    with make_app(sqlite_url, None, writable=False) as app:
        client = Client(app)
        assert "simulated data" in client.get("/").text
        fill(sqlite_url, quick, [Entry(0.91)])
        page = client.get("/").text
        assert "<strong>simulated data" not in page
        assert "91.00" in page
        assert "98.00" not in page
        assert "<strong>simulated data" in client.get("/?study=quick-simulated").text


def test_progress_follows_the_search(sqlite_url: str, quick: StudySpec, small: Dataset) -> None:
    with open_for_writing(sqlite_url) as storage:
        study = prepare_study(storage, "quick", quick, small)
        study.set_user_attr("har_search:trials", 10)
        for _ in range(3):
            trial = study.ask()
            time.sleep(0.02)
            study.tell(trial, 0.5)
        study.ask()
        (seen,) = status.overview(sqlite_url).studies
        assert (seen.done, seen.total, seen.running) == (3, 10, 1)
        assert seen.per_minute is not None
        assert 0 < seen.per_minute < 3000
        assert seen.seconds_left == pytest.approx(7 * 60 / seen.per_minute)
        with make_app(sqlite_url, None, writable=False) as app:
            page = Client(app).get("/").text
        assert "1 trial running" in page
        assert "of 10" in page
        assert "a minute" in page
    assert status.points(sqlite_url, ("quick",)) == []
    with pytest.raises(NotFoundError):
        status.overview("sqlite:///nowhere.db")


def test_an_empty_database_says_what_to_run(url: str) -> None:
    with open_for_writing(url):
        pass
    assert status.overview(url) == status.Overview((), ())
    with make_app(url, None, writable=False) as app:
        assert "har-search run --trials 200" in Client(app).get("/").text
