"""The report as a file: what is in it, what it needs, and when none is made."""

import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import optuna
import pytest

from har_search.challenge.confirmed import Confirmation
from har_search.challenge.figures import Curve, Details
from har_search.data.dataset import REAL, SIMULATED, Dataset
from har_search.errors import NotFoundError, OptionError
from har_search.report import write_report
from har_search.report.inline import _own
from har_search.report.page import MARK
from har_search.search.objective import suggest
from har_search.search.study import prepare_study
from har_search.storage import details
from har_search.storage.confirmations import save as save_confirmations
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from tests.conftest import Entry, Ran

HarSearch = Callable[..., Ran]
Fill = Callable[..., None]
NASTY = "<script>alert(1)</script>"
URL = "sqlite:///har-search.db"
CURVE = Curve([0.5, 0.2, 0.1], [0.8, 0.95, 0.97], [0.9, 0.96, 0.95], [0.92, 0.98, None])
CONFUSION = [[9 if row == column else row for column in range(6)] for row in range(6)]


class Page(HTMLParser):
    """What a page is made of."""

    VOID = frozenset({"meta", "link", "img", "br"})

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def search(small: Dataset, quick: StudySpec) -> Callable[..., None]:
    """Write a study of random trials whose accuracy falls with the learning rate."""

    def search(url: str, count: int, dataset: str = REAL, student: str = "ann") -> None:
        chance = np.random.default_rng(561)
        data = replace(small, name=dataset)
        with open_for_writing(url) as storage:
            study = prepare_study(storage, quick.name, quick, data)
            lesson = study.ask()
            study.tell(lesson, state=optuna.trial.TrialState.FAIL)
            study.sampler = optuna.samplers.RandomSampler(seed=1)
            sampled = optuna.create_study(sampler=study.sampler)
            for number in range(count):
                trial = sampled.ask()
                values = suggest(trial, quick)
                rate = np.log10(float(values["learning_rate"]))
                test = 0.96 - 0.01 * (rate + 3) + chance.normal(0, 0.002)
                gap = 0.015 + chance.normal(0, 0.002)
                figures = {
                    "test_accuracy": test,
                    "train_accuracy": test + gap,
                    "running_train_accuracy": 0.9,
                    "gap": gap,
                    "epoch": 2,
                    "epochs": 3,
                    "parameters": 1000,
                    "seed": number,
                    "seconds": 1.5,
                    "student": student,
                    "dataset": dataset,
                }
                for track in quick.tracks:
                    figures[f"track_{track.name.lower()}"] = int(track.qualifies(test, gap))
                study.add_trial(
                    optuna.trial.create_trial(
                        params=trial.params,
                        distributions=trial.distributions,
                        value=quick.scoring.score(test, gap),
                        user_attrs=figures,
                    )
                )
                details.save(storage, quick.name, number + 1, Details(CURVE, CONFUSION))

    return search


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
    assert page.tags["svg"] == 1 + page.source.count("winner card") + 2 * 5
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


def test_pictures_take_the_pages_colours(
    sqlite_url: str, search: Callable[..., None], tmp_path: Path
) -> None:
    search(sqlite_url, 20)
    source = write_report(sqlite_url, "quick", tmp_path / "report.html").path.read_text("utf-8")
    drawn = "".join(re.findall(r"<svg.*?</svg>", source, re.DOTALL))
    assert "var(--ink)" in drawn
    assert "font-family" not in drawn
    left = set(re.findall(r"#[0-9a-f]{6}\b", drawn))
    assert left <= {"#000000", "#ffffff"}, left


def test_a_font_written_in_short_keeps_its_size_and_weight() -> None:
    style = "font: 700 10.5px 'DejaVu Sans', sans-serif; fill: #2a3440"
    assert _own("style", style, "one") == "font-size: 10.5px; font-weight: 700; fill: var(--ink)"


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


def test_few_trials_are_said_to_be_few(
    sqlite_url: str, quick: StudySpec, fill: Fill, tmp_path: Path
) -> None:
    fill(sqlite_url, quick, [Entry(0.95, 0.001, pruned=True)])
    text = Page(write_report(sqlite_url, None, tmp_path / "report.html").path).text
    assert "1 finished, of which 1 pruned" in text
    assert "Too few trials to tell" in text
    assert "Only 1 trial chose a value" in text
    assert "Track A: no trial qualifies. The highest test accuracy is 95.00 %" in text
    assert "No entry was confirmed yet" in text
    assert "Learning curve" not in text  # this one was not trained here


def test_simulated_data_cannot_be_missed(
    sqlite_url: str, quick: StudySpec, fill: Fill, tmp_path: Path
) -> None:
    fill(sqlite_url, replace(quick, name="quick-simulated"), [Entry(0.97)], SIMULATED)
    with pytest.raises(NotFoundError, match=r"no study on real data .* --study NAME, of quick-sim"):
        write_report(sqlite_url, None, tmp_path / "report.html")
    text = Page(write_report(sqlite_url, "quick-simulated", tmp_path / "report.html").path).text
    assert "These are figures on SIMULATED data" in text
    fill(sqlite_url, quick, [Entry(0.91)])
    assert write_report(sqlite_url, None, tmp_path / "report.html").study == "quick"


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


def test_failures_are_counted_by_reason(
    sqlite_url: str, quick: StudySpec, fill: Fill, tmp_path: Path
) -> None:
    fill(sqlite_url, quick, [Entry(0.97)])
    with open_for_writing(sqlite_url) as storage:
        study = optuna.load_study(study_name="quick", storage=storage)
        for _ in range(2):
            trial = study.ask()
            trial.set_user_attr("failure", "ValueError: <nothing>")
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
        study.ask()
    text = Page(write_report(sqlite_url, None, tmp_path / "report.html").path).text
    assert "1 finished; 3 failed: ValueError: <nothing> (2 times); 1 still running" in text


def test_it_starts_without_torch(quick: StudySpec, fill: Fill, tmp_path: Path) -> None:
    fill(URL, quick, [Entry(0.97)])
    check = (
        "import sys; from pathlib import Path; from har_search.report import write_report;"
        f"write_report('{URL}', None, Path('report.html')); print('torch' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def test_another_programs_study_is_not_ours(sqlite_url: str, tmp_path: Path) -> None:
    with open_for_writing(sqlite_url) as storage:
        optuna.create_study(storage=storage, study_name="other")
    with pytest.raises(NotFoundError, match="no study in this database yet"):
        write_report(sqlite_url, None, tmp_path / "report.html")
    empty = tmp_path / "empty.db"
    sqlite3.connect(empty).close()
    empty.touch()
    with pytest.raises(NotFoundError, match="no study in this database yet"):
        write_report(f"sqlite:///{empty}", None, tmp_path / "report.html")
