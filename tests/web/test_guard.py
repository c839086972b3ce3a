"""What comes from outside is never a page, and no other site's page edits."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
from optuna.artifacts import FileSystemArtifactStore, upload_artifact
from werkzeug.test import Client

from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from har_search.web.guard import is_own_host
from har_search.web.server import make_app
from tests.conftest import Entry
from tests.web.conftest import ENTRIES, Fill


@pytest.mark.parametrize(
    ("header", "own"),
    [
        ("localhost:8080", True),
        ("127.0.0.1:8080", True),
        ("[::1]:8080", True),
        ("192.168.0.7", True),
        ("LAB.school.example:80", True),
        ("evil.example", False),
        ("evil.example:8080", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("evil.example@localhost.example", False),
        ("[", False),
        ("", False),
    ],
)
def test_a_host_is_an_address_or_this_machines_name(header: str, own: bool) -> None:
    assert is_own_host(header, "lab.school.example") is own


def test_a_foreign_name_edits_nothing(sqlite_url: str, quick: StudySpec, fill: Fill) -> None:
    fill(sqlite_url, quick, ENTRIES)
    with make_app(sqlite_url, None, writable=True, host="lab.school.example") as app:
        client = Client(app)
        refused = client.delete("/api/studies/1", headers={"Host": "evil.example"})
        assert refused.status_code == 403
        assert "open it by its address" in refused.text
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 200
        headers = {"Host": "lab.school.example:8080"}
        assert client.delete("/api/studies/1", headers=headers).status_code == 204


def test_an_artifact_is_a_download_that_runs_nothing(
    sqlite_url: str, quick: StudySpec, fill: Fill, tmp_path: Path
) -> None:
    fill(sqlite_url, quick, ENTRIES)
    page, folder = tmp_path / "page.html", tmp_path / "artifacts"
    page.write_text("<script>alert(1)</script>")
    folder.mkdir()
    with open_for_writing(sqlite_url) as storage:
        study = optuna.load_study(storage=storage, study_name="quick")
        upload: Callable[..., str] = upload_artifact
        own = upload(
            study_or_trial=study,
            file_path=str(page),
            artifact_store=FileSystemArtifactStore(folder),
            mimetype="text/html",
        )
    with make_app(sqlite_url, folder, writable=False) as app:
        answer = Client(app).get(f"/artifacts/{study._study_id}/{own}", buffered=True)
    assert answer.text == "<script>alert(1)</script>"
    assert answer.headers["Content-Disposition"] == "attachment"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_optuna_dashboards_csv_begins_no_formula(
    sqlite_url: str, quick: StudySpec, fill: Fill
) -> None:
    names = ["=cmd|' /C calc'!A0", '@a, "b"', "ann", "caf\udce9"]
    fill(sqlite_url, quick, [Entry(0.97, -0.01, name) for name in names])
    with make_app(sqlite_url, None, writable=False) as app:
        client = Client(app)
        answer, gone = client.get("/csv/1"), client.get("/csv/9")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    students = [row["UserAttribute student"] for row in rows]
    assert students[1:] == ["'=cmd|' /C calc'!A0", '\'@a, "b"', "ann", "caf\\udce9"]
    assert rows[1]["UserAttribute gap"] == "-0.01"
    assert gone.status_code == 404
