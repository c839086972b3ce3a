"""`compare` on the command line, and `terminal/comparison.py`."""

from collections.abc import Callable
from pathlib import Path

from tests.conftest import Ran

HarSearch = Callable[..., Ran]


def test_two_trials_side_by_side(
    har_search: HarSearch, kept: str, uci_zip: Path, tmp_path: Path
) -> None:
    given = ("--storage", kept, "--data", uci_zip)
    ran = har_search("compare", 1, 2, *given, "--windows", "--picture", tmp_path / "both.svg")
    assert (ran.code, ran.err) == (0, "")
    rows = [line.split() for line in ran.out.splitlines()]
    assert rows[0] == ["trial", "1", "trial", "2"]
    (width,) = [row for row in rows if "width" in row]
    assert width[0] == "*"
    (schedule,) = [row for row in rows if row[:1] == ["schedule"]]
    assert schedule[1:] == ["constant", "constant"]
    assert "McNemar's exact test" in ran.out
    assert "trial 2, test" in (tmp_path / "both.svg").read_text()


def test_what_cannot_be_compared(har_search: HarSearch, kept: str, tmp_path: Path) -> None:
    for arguments, words in (
        ((1, 1), "trial 1 cannot be compared with itself"),
        ((1, 99), "no finished trial 99"),
        ((1, 2, "--picture", "both.pdf"), "its name must end in .svg or .png"),
        ((1, 2, "--picture", tmp_path / "gone" / "a.png"), "name another file"),
    ):
        ran = har_search("compare", *arguments, "--storage", kept)
        assert ran.code == 1
        assert words in ran.err
