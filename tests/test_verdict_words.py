"""What fresh seeds show has one set of words wherever people read: none of those of before."""

import re
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest

from har_search.challenge.confirmed import Confirmation
from har_search.challenge.words import MEANINGS, NOT_YET, Verdict
from har_search.search.showcase import refresh_study_note
from har_search.storage import confirmations
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from har_search.web.pages import make_pages
from tests.conftest import Entry, Ran
from tests.helpers import note_of

OLD = re.compile(r"unconfirmed|not confirmed|not shown|borne out|\b(stands|fails)\b", re.IGNORECASE)
OLD_IN_DOCS = re.compile(
    r"unconfirmed|not confirmed|not shown|borne out|\bstands? on\b|\bfails? \("
)
ROOT = Path(__file__).parents[1]
SEEDS = {
    1: (0.978, 0.979, 0.980),  # holds on both tracks
    2: (0.940, 0.941, 0.942),  # misses both
    3: (0.950, 0.970, 0.990),  # undecided
}


@pytest.fixture
def judged(sqlite_url: str, quick: StudySpec, fill: Callable[..., None]) -> str:
    """A study with an entry of each verdict, and one that nobody confirmed."""
    fill(sqlite_url, quick, [Entry(0.99 - n / 1000, 0.01, pruned=n == 3) for n in range(4)])
    with open_for_writing(sqlite_url) as storage:
        storage.create_our_tables()
        for trial, tests in SEEDS.items():
            found = [Confirmation(n, n, test, test + 0.01) for n, test in enumerate(tests)]
            confirmations.save(storage, "quick", trial, 7, 3, found)
    return sqlite_url


def texts(har_search: Callable[..., Ran], url: str, folder: Path) -> dict[str, str]:
    """Return what people see of the study, by where they see it."""
    shown = {
        f"leaderboard {form}": har_search("leaderboard", "--storage", url, "--format", form).out
        for form in ("table", "json", "csv", "markdown")
    }
    client = make_pages(url).test_client()
    for trial in (1, 2, 3, 4):
        shown[f"show {trial}"] = har_search("show", trial, "--storage", url).out
        shown[f"page {trial}"] = client.get(f"/studies/quick/trials/{trial}").text
    shown["page"] = client.get("/").text
    written = har_search("report", "--storage", url, "--to", folder / "report.html")
    assert written.code == 0, written.err
    shown["report"] = (folder / "report.html").read_text(encoding="utf-8")
    refresh_study_note(url, "quick")
    with open_for_writing(url) as storage:
        shown["note"] = note_of(optuna.load_study(study_name="quick", storage=storage))
    return shown


def test_one_set_of_words_is_used_everywhere(
    har_search: Callable[..., Ran], judged: str, tmp_path: Path
) -> None:
    shown = texts(har_search, judged, tmp_path)
    for where, text in shown.items():
        assert not OLD.search(text), (where, OLD.search(text))
    for trial, word in zip((1, 2, 3, 4), [*Verdict, NOT_YET], strict=True):
        for where in ("show", "page"):
            assert word in shown[f"{where} {trial}"].lower()
    for where in ("leaderboard table", "leaderboard json", "leaderboard csv", "report", "page"):
        assert all(word in shown[where] for word in Verdict), where
    assert "holds: 3 of 3 seeds qualify; mean 97.90 %" in shown["note"]


def test_what_fresh_seeds_show_comes_before_the_seed_that_was_chosen(
    har_search: Callable[..., Ran], judged: str, tmp_path: Path
) -> None:
    shown = texts(har_search, judged, tmp_path)
    for where in ("leaderboard table", "show 1", "page 1", "page", "note"):
        text = re.sub(r"(?s)<head>.*?</head>|<[^>]*>", " ", shown[where])
        assert 0 <= text.index("97.90") < text.index("99.00"), where
    report = shown["report"].partition('<section class="cards"')[2]
    assert 0 <= report.index("97.90") < report.index("99.00")
    assert "<small>99.00 % with its own seed</small>" in report


def test_a_trial_that_was_ended_early_says_so_everywhere(
    har_search: Callable[..., Ran], judged: str, quick: StudySpec, tmp_path: Path
) -> None:
    shown = texts(har_search, judged, tmp_path)
    said = f"ended early at epoch 5 of {quick.epochs} (pruned)"
    for where in ("show 4", "page 4", "page"):
        assert said in shown[where], where
    assert "ended early" not in shown["show 1"] + shown["page 1"]
    for where in ("leaderboard table", "leaderboard markdown", "page", "report"):
        assert "†4" in shown[where], where
        assert "† ended early (pruned): 1 of the 4 shown." in shown[where], where


@pytest.mark.usefixtures("clean_environment")
def test_confirm_and_the_model_card_use_them(
    har_search: Callable[..., Ran], kept: str, uci_zip: Path, tmp_path: Path
) -> None:
    options = ("--storage", kept, "--data", uci_zip)
    ran = har_search("confirm", 1, "--seeds", 3, "--workers", 1, *options)
    assert ran.code == 0, ran.err
    assert not OLD.search(ran.out)
    assert all(f"{word}: {MEANINGS[word]}" in ran.out.replace("Holds", "holds") for word in Verdict)
    assert har_search("export", 1, "--to", tmp_path / "out", *options).code == 0
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert not OLD.search(card)
    assert "Over 3 fresh seeds its test accuracy is **" in card
    assert re.search(r"\n- track A (holds|misses|undecided): \d of 3 seed", card)


@pytest.mark.parametrize(
    "path", ["README.md", *sorted(p.name for p in (ROOT / "docs").glob("*.md"))]
)
def test_the_docs_use_them(path: str) -> None:
    text = (ROOT / ("." if path == "README.md" else "docs") / path).read_text(encoding="utf-8")
    assert not OLD_IN_DOCS.search(text), OLD_IN_DOCS.search(text)


def test_the_table_of_them_is_current() -> None:
    page = (ROOT / "docs" / "pick-a-winner.md").read_text(encoding="utf-8")
    for word, meaning in MEANINGS.items():
        assert f"| **{word}** | {meaning} |" in page
