"""One server for the pages and optuna-dashboard: who may do what, and where it listens."""

import socket
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from har_search.errors import OptionError
from har_search.study.spec import StudySpec
from har_search.web.server import is_loopback, make_app, quiet_logs, serve
from tests.conftest import Entry, Ran
from tests.web.conftest import ENTRIES, Fill


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


def test_what_fails_in_optunas_paths_is_one_line_of_the_log(
    tmp_path: Path, sqlite_url: str, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    quiet_logs()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    file.rename(tmp_path / "away.db")
    assert client.get("/api/studies").status_code == 500
    (record,) = caplog.records
    assert record.name.startswith("optuna_dashboard")
    assert "no database at" in record.getMessage()
    assert "\n" not in record.getMessage()


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


def test_no_host_of_that_name_is_an_option_error(
    sqlite_url: str, quick: StudySpec, fill: Fill
) -> None:
    fill(sqlite_url, quick, ENTRIES)
    with pytest.raises(OptionError, match="cannot serve"):
        serve(sqlite_url, "no.such.host.invalid", 0, on_start=print)
