"""`studies` and its commands: list, rename, delete and copy."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from har_search.storage import activity
from har_search.storage.activity import open_claims
from har_search.storage.claims import Claim, claim_place
from har_search.storage.database import open_for_writing
from har_search.storage.studies import read_study
from tests.conftest import Ran
from tests.helpers import ELSEWHERE

HarSearch = Callable[..., Ran]


def test_studies_are_listed(har_search: HarSearch, kept: str) -> None:
    ran = har_search("studies", "--storage", kept)
    assert (ran.code, ran.err) == (0, "")
    head, row = (line.rstrip() for line in ran.out.splitlines())
    assert head.split()[:3] == ["study", "trials", "finished"]
    assert row.split()[:3] == ["quick", "3", "3"]
    assert row.endswith(("kB", "MB"))


def test_an_option_before_the_command_is_not_ignored(har_search: HarSearch, kept: str) -> None:
    ran = har_search("studies", "--storage", kept, "delete", "quick", "--yes")
    assert ran.code == 1
    assert "--storage belongs behind the command" in ran.err
    assert read_study(kept, "quick") is not None


def test_renamed_copied_and_deleted(
    har_search: HarSearch, kept: str, postgresql_url: str, tmp_path: Path
) -> None:
    assert har_search("studies", "rename", "quick", "mine", "--storage", kept).code == 0
    given = ("--to-artifacts", tmp_path / "files", "--storage", kept)
    ran = har_search("studies", "copy", "mine", "--to", postgresql_url, "--as", "class", *given)
    assert (ran.code, ran.err) == (0, "")
    assert "3 trials and" in ran.out
    ran = har_search("studies", "copy", "mine", "--to", postgresql_url, "--as", "class", *given)
    assert ran.code == 1
    assert "there is a study 'class' already" in ran.err
    ran = har_search("studies", "delete", "mine", "--yes", "--storage", kept)
    assert ran.code == 0
    assert "No study yet" in har_search("studies", "--storage", kept).out
    assert "class" in har_search("studies", "--storage", postgresql_url).out


class Terminal:
    """Standard input as a person types it."""

    def isatty(self) -> bool:
        return True


def test_it_asks_a_person_and_needs_yes_from_a_pipe(
    har_search: HarSearch, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = har_search("studies", "delete", "quick", "--storage", kept)
    assert ran.code == 1
    assert "give --yes" in ran.err
    monkeypatch.setattr(sys, "stdin", Terminal())
    for answer, code in ((False, 1), (True, 0)):
        asked = []

        def confirm(question: str, answer: bool = answer, asked: list[str] = asked) -> bool:
            asked.append(question)
            return answer

        monkeypatch.setattr("typer.confirm", confirm)
        ran = har_search("studies", "delete", "quick", "--storage", kept)
        assert ran.code == code
        assert asked == ["Delete study quick with all of its trials?"]
        assert (read_study(kept, "quick") is None) == answer


def test_a_search_that_runs_is_not_disturbed(
    har_search: HarSearch, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "LOOK_SECONDS", 1.0)
    with open_for_writing(kept) as storage:
        claim = claim_place(storage, "quick", 9, ELSEWHERE)
        assert claim is not None

    def beating(storage: object, study: str) -> dict[str, int]:
        Claim(storage, claim.id).beat()  # type: ignore[arg-type]
        return open_claims(storage, study)  # type: ignore[arg-type]

    monkeypatch.setattr(activity, "open_claims", beating)
    given = ("--storage", kept)
    for command in (("delete", "quick", "--yes"), ("rename", "quick", "new")):
        ran = har_search("studies", *command, *given)
        assert ran.code == 1
        assert "a search of the study 'quick' runs" in ran.err
        assert read_study(kept, "quick") is not None
    assert har_search("studies", "delete", "quick", "--yes", "--force", *given).code == 0
    assert read_study(kept, "quick") is None
