"""Pictures as parts of the page, in the page's colours and font."""

import re
from collections.abc import Callable
from pathlib import Path

from har_search.report import write_report
from har_search.report.inline import _own


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
