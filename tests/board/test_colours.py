"""One colour, one meaning; and what is written can be read."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from har_search.board import colours
from har_search.board.colours import BOTH, DARK, LIGHT, PAPER, Palette, contrast, rgb, variables

PACKAGE = Path(colours.__file__).parent.parent
OURS = ("*.py", "*.css", "*.html", "*.js")


@pytest.mark.parametrize("palette", [LIGHT, DARK, PAPER])
def test_words_can_be_read_on_every_ground(palette: Palette) -> None:
    for ground in (palette.paper, palette.card, palette.tint):
        for words in (palette.ink, palette.quiet, *palette.tracks):
            assert contrast(rgb(words), rgb(ground)) >= 4.5
    assert contrast(rgb(palette.warn_ink), rgb(palette.warn)) >= 4.5
    for mark in (*palette.tracks, palette.test, palette.train, palette.complete, palette.other):
        assert contrast(rgb(mark), rgb(palette.card)) >= 3


@pytest.mark.parametrize("palette", [LIGHT, DARK, PAPER, BOTH])
def test_no_two_meanings_share_a_colour(palette: Palette) -> None:
    own = {name: value for name, value in variables(palette).items() if name != "paper"}
    for (one, first), (other, second) in combinations(own.items(), 2):
        assert first != second, (one, other)


def test_black_on_white_is_21() -> None:
    assert contrast(rgb("#000000"), rgb("#ffffff")) == pytest.approx(21)
    assert contrast(rgb("#777777"), rgb("#ffffff")) == pytest.approx(4.48, abs=0.01)


def test_the_stylesheet_names_every_colour_for_screens_and_paper() -> None:
    text = colours.stylesheet()
    for palette in (LIGHT, DARK, PAPER):
        for name, value in variables(palette).items():
            assert f"--{name}: {value};" in text


def test_no_other_file_has_colours_of_its_own() -> None:
    files = [each for pattern in OURS for each in PACKAGE.rglob(pattern)]
    known = {"#10151c", "#ffffff"}  # what is written on a cell of the confusion matrix
    for path in files:
        if path.name == "colours.py":
            continue
        found = set(re.findall(r"#[0-9a-fA-F]{6}\b", path.read_text(encoding="utf-8")))
        assert found <= known, path
    styles = [path for path in files if path.suffix == ".css"]
    used = {
        name for path in styles for name in re.findall(r"var\(--([a-z0-9-]+)", path.read_text())
    }
    assert used <= {*variables(LIGHT), "share", "track"}
