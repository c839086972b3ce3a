"""The pages over HTTP's own interface, without a browser: content, headers, paths, bad input."""

import re
import socket
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import optuna
import pytest
from werkzeug.test import Client, TestResponse

from har_search.board import status
from har_search.board.columns import COLUMNS
from har_search.data.dataset import SIMULATED, Dataset
from har_search.errors import NotFoundError, OptionError
from har_search.search.study import prepare_study
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from har_search.web import contents
from har_search.web.pages import duration
from har_search.web.server import is_loopback, make_app, serve
from tests.conftest import Entry, Ran

Fill = Callable[..., None]
NASTY = "<script>alert(1)</script>"
ENTRIES = [
    Entry(0.970, 0.010, student="ann"),
    Entry(0.980, 0.030, student=NASTY, width=64, parameters=500),
    Entry(0.950, 0.001, student="bob", pruned=True),
]


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(contents, "FRESH_SECONDS", 1e-6)
    contents._contents.cache_clear()
    yield
    contents._gap_picture.cache_clear()


@pytest.fixture
def client(sqlite_url: str, quick: StudySpec, fill: Fill) -> Iterator[Client]:
    fill(sqlite_url, quick, ENTRIES)
    with make_app(sqlite_url, None, writable=False) as app:
        yield Client(app)


@pytest.fixture
def each_client(url: str, quick: StudySpec, fill: Fill) -> Iterator[Client]:
    """The pages over a database of each kind."""
    fill(url, quick, ENTRIES)
    with make_app(url, None, writable=False) as app:
        yield Client(app)


def test_the_leaderboard_has_tracks_entries_and_progress(each_client: Client) -> None:
    page = each_client.get("/").text
    assert page.count("<tr") == 4
    assert "Track A" in page
    assert "test above 96 %, gap under 2 pp" in page
    assert "97.00" in page
    assert "gap 3.00 pp" in page  # of track B's leader
    assert "3<small> trials" in page
    assert "no search running" in page
    assert "simulated" not in page


def test_what_people_wrote_is_text(client: Client) -> None:
    for path in ("/", "/live", "/studies/quick/trials/2"):
        page = client.get(path).text
        assert NASTY not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    ("query", "trials"),
    [
        ("", [1, 2, 3]),
        ("?sort=test", [2, 1, 3]),
        ("?sort=gap", [3, 1, 2]),
        ("?sort=parameters", [2, 1, 3]),
        ("?sort=newest", [3, 2, 1]),
        ("?sort=nonsense", [1, 2, 3]),
        ("?track=B", [2]),
        ("?student=bob", [3]),
        ("?study=quick&student=ann", [1]),
        ("?page=2", []),
        ("?page=-1", [1, 2, 3]),
    ],
)
def test_it_sorts_filters_and_turns_pages(client: Client, query: str, trials: list[int]) -> None:
    table = client.get("/" + query).text.partition("<tbody>")[2]
    shown = [int(part.split('"')[0]) for part in table.split("/trials/")[1:]]
    assert shown == trials


def test_headings_say_what_a_column_is_and_how_it_is_sorted(client: Client) -> None:
    headings = client.get("/?sort=gap").text.partition("<thead>")[2].partition("</thead>")[0]
    cells = [" ".join(cell.split()) for cell in headings.split("<th ")[1:]]
    texts = [re.sub(r"<[^>]+>", "", cell.partition(">")[2]).strip() for cell in cells]
    assert texts == [column.title for column in COLUMNS if column.title in texts]
    assert {"#", "trial", "test %", "gap pp", "lr", "epoch"} <= {*texts}
    assert all('title="' in cell for cell in cells)
    (sorted_by,) = [cell for cell in cells if "aria-sort" in cell]
    assert 'aria-sort="ascending"' in sorted_by
    assert "gap" in sorted_by


def test_the_moving_part_is_sent_only_where_it_changed(
    client: Client, sqlite_url: str, quick: StudySpec, fill: Fill
) -> None:
    first = client.get("/live")
    assert first.status_code == 200
    again = client.get("/live", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    fill(sqlite_url, quick, [Entry(0.99, 0.01)])
    changed = client.get("/live", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert "99.00" in changed.text


def test_an_entry_has_figures_differences_and_source(client: Client) -> None:
    page = client.get("/studies/quick/trials/2").text
    assert "98.00" in page
    assert "the first hidden layer has 64 units instead of 128" in page
    assert "nn.Linear(561, 64)," in page
    assert "Learning curve" not in page  # this one was not trained here


def test_pictures_are_drawn_for_both_themes(client: Client) -> None:
    for theme in ("light", "dark", "nonsense"):
        picture = client.get(f"/accuracy-against-gap.svg?theme={theme}")
        assert picture.mimetype == "image/svg+xml"
        assert picture.text.startswith("<?xml")


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/studies/quick/trials/99",
        "/studies/quick/trials/99999999999999999999",
        "/studies/gone/trials/1",
        "/?study=gone",
        "/live?study=gone",
        "/accuracy-against-gap.svg?study=gone",
        "/studies/quick/trials/1/learning-curve.svg",
        "/studies/quick/trials/1/nonsense.svg",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "To the leaderboard" in answer.text


def test_a_study_deleted_meanwhile_is_not_there(each_client: Client, url: str) -> None:
    assert each_client.get("/?study=quick").status_code == 200
    with open_for_writing(url) as storage:
        optuna.delete_study(storage=storage, study_name="quick")
    assert each_client.get("/?study=quick").status_code == 404
    assert each_client.get("/studies/quick/trials/1").status_code == 404
    assert "No finished trial yet" in each_client.get("/").text


def test_every_answer_is_guarded(client: Client) -> None:
    for path in ("/", "/live", "/studies/quick/trials/1", "/nowhere", "/assets/style.css"):
        with client.get(path, buffered=True) as answer:
            headers = answer.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    with client.get("/dashboard", buffered=True) as dashboard:
        assert dashboard.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in dashboard.headers["Content-Security-Policy"]


def test_optunas_paths_are_optuna_dashboards(each_client: Client) -> None:
    studies = each_client.get("/api/studies").json
    assert studies is not None
    (study,) = studies["study_summaries"]
    assert study["study_name"] == "quick"
    trials = each_client.get(f"/api/studies/{study['study_id']}?after=0").json
    assert trials is not None
    assert len(trials["trials"]) == 4  # the start that failed, too
    with each_client.get("/dashboard", buffered=True) as dashboard:
        assert "Optuna Dashboard" in dashboard.text


def test_it_only_reads_unless_told_otherwise(each_client: Client, url: str) -> None:
    def attempts(to: Client) -> list[TestResponse]:
        return [
            to.put("/api/studies/1/note", json={"body": "mine", "version": 1}),
            to.post("/api/studies/1/rename", json={"study_name": "mine"}),
            to.delete("/api/studies/1"),
        ]

    assert [answer.status_code for answer in attempts(each_client)] == [403, 403, 403]
    with make_app(url, None, writable=True) as app:
        writing = Client(app)
        assert writing.delete("/api/studies/1").status_code == 204
    assert each_client.get("/api/studies").json == {"study_summaries": []}


def test_the_database_is_opened_for_reading(
    sqlite_url: str, quick: StudySpec, fill: Fill, tmp_path: Path
) -> None:
    fill(sqlite_url, quick, ENTRIES)
    before = sorted(path.name for path in tmp_path.iterdir())
    with make_app(sqlite_url, tmp_path / "none", writable=False) as app:
        client = Client(app)
        for path in ("/", "/api/studies", "/api/studies/1?after=0"):
            assert client.get(path).status_code == 200
        fill(sqlite_url, quick, [Entry(0.99)])  # a writer comes later, and is seen
        assert "99.00" in client.get("/").text
        assert "0.99" in client.get("/api/studies/1?after=0").text
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_without_a_database_it_says_what_to_run_and_creates_nothing(
    har_search: Callable[..., Ran], tmp_path: Path
) -> None:
    ran = har_search("dashboard", "--port", 0)
    assert ran.code == 1
    assert "`har-search run` makes one" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_one_line(
    har_search: Callable[..., Ran], sqlite_url: str, quick: StudySpec, fill: Fill
) -> None:
    fill(sqlite_url, quick, ENTRIES)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = har_search("dashboard", "--storage", sqlite_url, "--port", port)
    assert ran.code == 1
    assert ran.err.startswith(f"error: cannot serve at 127.0.0.1:{port}")
    assert "--port" in ran.err
    ran = har_search("dashboard", "--storage", sqlite_url, "--host", "no.such.host.invalid")
    assert ran.code == 1
    assert "warning: anyone who reaches no.such.host.invalid" in ran.err
    assert "--host" in ran.err


def test_a_host_that_others_reach_is_known() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "localhost", "::1", "127.1.2.3")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "example.org")))


def test_it_serves_and_goes_on_while_the_file_is_locked(
    sqlite_url: str, quick: StudySpec, fill: Fill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlite_url, quick, ENTRIES)
    monkeypatch.setattr("har_search.web.server.signal.signal", lambda *_: None)
    address: list[str] = []
    thread = threading.Thread(
        target=serve, args=(sqlite_url, "127.0.0.1", 0), kwargs={"on_start": address.append}
    )
    thread.daemon = True
    thread.start()
    while not address:
        time.sleep(0.01)
    writer = sqlite3.connect(tmp_path / "har-search.db")
    writer.execute("BEGIN IMMEDIATE")
    with urllib.request.urlopen(address[0], timeout=10) as answer:
        assert b"97.00" in answer.read()
    writer.rollback()
    writer.close()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(
            urllib.request.Request(f"{address[0]}/api/studies/1", method="DELETE"), timeout=10
        )


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


def test_times_are_written_for_people() -> None:
    assert [duration(each) for each in (41.2, 185, 7500)] == ["41 s", "3 min", "2 h 05 min"]


def test_no_host_of_that_name_is_an_option_error(
    sqlite_url: str, quick: StudySpec, fill: Fill
) -> None:
    fill(sqlite_url, quick, ENTRIES)
    with pytest.raises(OptionError, match="cannot serve"):
        serve(sqlite_url, "no.such.host.invalid", 0, on_start=print)
