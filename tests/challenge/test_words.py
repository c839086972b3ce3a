"""How figures and names are written for people."""

import pytest

from har_search.challenge.words import markdown_text, percent


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
        ("  ", ""),
    ],
)
def test_a_name_is_one_line_in_which_nothing_has_a_meaning(name: str, written: str) -> None:
    assert markdown_text(name) == written
