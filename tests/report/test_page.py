"""The report as a file: what is in it, what it needs, and when none is made."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from har_search.challenge.confirmed import Confirmation
from har_search.errors import OptionError
from har_search.report import write_report
from har_search.report.page import MARK
from har_search.storage.confirmations import save as save_confirmations
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from tests.conftest import Entry, Ran
from tests.report.conftest import Fill, Page

HarSearch = Callable[..., Ran]
NASTY = "<script>alert(1)</script>"
URL = "sqlite:///har-search.db"


def test_a_report_has_everything(url: str, search: Callable[..., None], tmp_path: Path) -> None:
    search(url, 60)
    with open_for_writing(url) as storage:
        seeds = [Confirmation(place, place, 0.95 + place / 1000, 0.96) for place in range(4)]
        save_confirmations(storage, "quick", 5, 4, 4, seeds)
    written = write_report(url, None, tmp_path / "report.html")
    assert (written.study, written.finished) == ("quick", 60)
    assert written.size == written.path.stat().st_size < 1_000_000
    page = Page(written.path)
    text = page.text
    for said in (
        "Study quick",
        "60 finished; 1 failed",
        "fingerprint",
        "Track A test above 96 %, gap under 2 pp",
        "How far to trust",
        "Over the 60 trials whose values the sampler chose",
        "Clearly more than luck: learning rate",
        "Test accuracy clearly fell with larger learning rate",
        "Larger values went strongly with lower test accuracy",
        "What differs from the lesson's network",
        "nn.Linear(561,",
        "checkpoint: epoch 2",
        "walking upstairs",
        "95.15 ± 0.13",  # confirmed: mean and sd over its seeds
        "1 entry was trained again",
    ):
        assert said in text, said
    assert "SIMULATED" not in text
    assert page.source.count('<article class="winner card">') in (1, 2)
    twice = 1 + page.source.count("winner card")  # once for wide screens, once for telephones
    assert page.source.count('class="plot on-narrow"') == twice
    assert page.tags["svg"] == 2 * twice + 2 * 5
    assert page.source.count("<tr", page.source.index("leaderboard</h2>")) > 20


def test_it_needs_nothing_else(
    sqlite_url: str, search: Callable[..., None], tmp_path: Path
) -> None:
    search(sqlite_url, 20)
    path = write_report(sqlite_url, "quick", tmp_path / "report.html").path
    page = Page(path)
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "object"} & page.tags.keys()
    for name, value in page.attributes:
        if name in ("src", "href", "srcset", "xlink:href", "data", "action"):
            assert value.startswith(("#", "data:image/png;base64,")), value
        assert not name.startswith("on")
    styles = page.source.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in styles
    assert "@import" not in styles
    assert not re.search(r"https?://", page.source)
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    for reference in re.findall(r"url\(#([^)]+)\)", page.source):
        assert reference in ids
    for name, value in page.attributes:
        if name == "href":
            assert value.removeprefix("#") in ids


def test_what_people_wrote_is_text(
    sqlite_url: str, quick: StudySpec, fill: Fill, tmp_path: Path
) -> None:
    spec = replace(quick, description=f"about {NASTY}")
    fill(sqlite_url, spec, [Entry(0.97, 0.01, NASTY), Entry(0.98, 0.03, "bob & <b>")])
    page = Page(write_report(sqlite_url, None, tmp_path / "report.html").path)
    assert NASTY not in page.source
    assert "script" not in page.tags
    assert f"about {NASTY}" in page.text
    assert f"trial 1 of {NASTY} leads" in page.text
    assert "bob & <b>" in page.text


def test_a_name_that_is_no_utf_8_is_shown(
    sqlite_url: str, quick: StudySpec, fill: Fill, tmp_path: Path
) -> None:
    fill(sqlite_url, quick, [Entry(0.97, 0.01, "caf\udce9")])
    page = Page(write_report(sqlite_url, None, tmp_path / "report.html").path)
    assert "trial 1 of caf\\xe9 leads" in page.text
    assert page.text.count("caf\\xe9") > 1  # among the students, too


def test_the_command_writes_it_and_says_so(
    har_search: HarSearch, quick: StudySpec, fill: Fill, tmp_path: Path
) -> None:
    fill(URL, quick, [Entry(0.97, 0.01)])
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    ran = har_search("report")
    assert (ran.code, ran.err) == (0, "")
    assert re.fullmatch(r"report\.html: study quick, 1 finished trial, 0\.\d MB\n", ran.out)
    path = tmp_path / "report.html"
    assert MARK in path.read_text("utf-8")[:1000]
    assert {path: path.read_bytes() for path in before} == before  # the database is only read
    assert set(tmp_path.iterdir()) == {*before, path}
    first = path.read_bytes()
    assert har_search("report", "--study", "quick").code == 0  # a report is replaced
    strip = re.compile(rb"Written by.*")
    assert strip.sub(b"", path.read_bytes()) == strip.sub(b"", first)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--storage", "sqlite:///gone.db"], "no database at gone.db"),
        (["--study", "quikc"], "no study 'quikc'; there is empty, quick, quick-two"),
        ([], "several studies are in this database; add --study NAME, of empty, quick, quick-two"),
        (["--study", "empty"], "study 'empty' has no finished trial yet"),
        (["--study", "quick", "--to", "mine.html"], "mine.html is there already and is no report"),
        (["--study", "quick", "--to", "gone/r.html"], "there is no folder gone to write r.html to"),
        (["--study", "quick", "--to", "."], ". is a folder; name a file with --to"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_made(
    har_search: HarSearch,
    quick: StudySpec,
    fill: Fill,
    tmp_path: Path,
    arguments: list[str],
    message: str,
) -> None:
    fill(URL, quick, [Entry(0.97)])
    fill(URL, replace(quick, name="quick-two"), [Entry(0.97)])
    fill(URL, replace(quick, name="empty"), [])
    (tmp_path / "mine.html").write_text("mine")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    ran = har_search("report", *arguments)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"error: {message}")
    assert ran.err.count("\n") == 1
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_force_replaces_what_is_there(
    har_search: HarSearch, quick: StudySpec, fill: Fill, tmp_path: Path
) -> None:
    fill(URL, quick, [Entry(0.97)])
    path = tmp_path / "mine.html"
    path.write_text("mine")
    assert har_search("report", "--to", path, "--force").code == 0
    assert MARK in path.read_text("utf-8")


def test_a_failed_write_leaves_the_old_report(
    sqlite_url: str, quick: StudySpec, fill: Fill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlite_url, quick, [Entry(0.97)])
    path = write_report(sqlite_url, None, tmp_path / "report.html").path
    before = path.read_bytes(), sorted(tmp_path.iterdir())

    def full(_self: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OptionError, match=r"cannot write .*report.html: No space left"):
        write_report(sqlite_url, None, path)
    assert (path.read_bytes(), sorted(tmp_path.iterdir())) == before


def test_a_planted_link_is_not_written_through(
    sqlite_url: str, quick: StudySpec, fill: Fill, tmp_path: Path
) -> None:
    fill(sqlite_url, quick, [Entry(0.97)])
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / f".report.html.{os.getpid()}.tmp").symlink_to(victim)  # the name it had once
    path = write_report(sqlite_url, None, tmp_path / "report.html").path
    assert victim.read_text() == "mine"
    assert not path.is_symlink()
    assert path.stat().st_mode == victim.stat().st_mode  # as readable as any new file


def test_it_starts_without_torch(quick: StudySpec, fill: Fill, tmp_path: Path) -> None:
    fill(URL, quick, [Entry(0.97)])
    check = (
        "import sys; from pathlib import Path; from har_search.report import write_report;"
        f"write_report('{URL}', None, Path('report.html')); print('torch' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
