"""How figures and names are written for people."""

import pytest

from har_search.challenge.words import csv_text, markdown_text, percent, visible


def test_one_window_of_the_test_set_can_be_seen() -> None:
    assert percent(2830 / 2947) == "96.03"
    assert percent(2831 / 2947) == "96.06"
    assert percent(0) == "0.00"
    assert percent(-0.0123) == "-1.23"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("ann lee", "ann lee"),
        ("a\n\n# heading\t1", "a \\# heading 1"),
        ("[me](http://x)", "\\[me\\]\\(http://x\\)"),
        ("<b>&amp;*|`~", "\\<b\\>\\&amp;\\*\\|\\`\\~"),
        ("back\\slash", "back\\\\slash"),
        ("a\x1b[2J\udce9", "a\\\\x1b\\[2J\\\\xe9"),
        ("  ", ""),
    ],
)
def test_a_name_is_one_line_in_which_nothing_has_a_meaning(name: str, written: str) -> None:
    assert markdown_text(name) == written


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë 李 👩‍🔬 C:\\x", "Zoë 李 👩‍🔬 C:\\x"),
        ("\x1b[2J\x9b\x7f", "\\x1b[2J\\x9b\\x7f"),
        ("ann\r\n1/4 trial", "ann\\r\\n1/4 trial"),
        ("caf\udce9 \ud800", "caf\\xe9 \\ud800"),
        ("a\u2028b\u202ec", "a\\u2028b\\u202ec"),
    ],
)
def test_control_characters_are_shown_as_what_they_are(text: str, shown: str) -> None:
    assert visible(text) == visible(visible(text)) == shown


def test_line_ends_stay_where_there_are_lines() -> None:
    assert visible("a\n\x1bb\r\n", lines=True) == "a\n\\x1bb\\r\n"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("ann", "ann"),
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "\\t=1"),
        ("-0.25", "-0.25"),
        ("+1e-3", "+1e-3"),
        ("", ""),
    ],
)
def test_no_cell_begins_a_formula(text: str, cell: str) -> None:
    assert csv_text(text) == cell
