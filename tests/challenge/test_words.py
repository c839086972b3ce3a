"""How figures, verdicts and names are written for people."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from har_search.challenge.rules import HOMEWORK_TRACKS, Track, accuracy_limits, gap_limits
from har_search.challenge.words import (
    MEANINGS,
    NOISE,
    NOT_YET,
    Verdict,
    csv_text,
    gap_percent,
    markdown_text,
    percent,
    verdicts_explained,
    visible,
)


def test_one_window_of_the_test_set_can_be_seen() -> None:
    assert percent(2830 / 2947) == "96.03"
    assert percent(2831 / 2947) == "96.06"
    assert percent(0) == "0.00"
    assert percent(-0.0123) == "-1.23"


@pytest.mark.parametrize(
    ("fraction", "shown"),
    [
        (0.019917, "1.99"),
        (0.0199917, "1.999"),
        (0.01999999, "1.999999"),
        (0.02, "2.00"),
        (0.99 - 0.97, "2.00"),  # 0.020000000000000018 is the computer's rounding
        (0.0200001, "2.00001"),
        (0.0213, "2.13"),
        (0.97500004, "97.500004"),
    ],
)
def test_a_figure_has_the_digits_that_its_limits_need(fraction: float, shown: str) -> None:
    assert percent(fraction, [0.02, 0.975]) == shown


def near(limit: float) -> st.SearchStrategy[float]:
    """Fractions on both sides of a limit, and at any distance from it."""
    distance = st.floats(-14, -1).map(lambda power: 10**power)
    sides = st.sampled_from([-1, 0, 1])
    return st.builds(lambda side, by: limit + side * by, sides, distance)


@given(st.sampled_from([0.96, 0.975, 0.02, 0.015, 0.97505]), st.data())
def test_what_is_shown_never_contradicts_a_rule(limit: float, data: st.DataObject) -> None:
    fraction = data.draw(near(limit))
    shown = Decimal(percent(fraction, [limit]))
    if abs(fraction - limit) < NOISE:
        assert shown == Decimal(repr(limit)) * 100
        return
    shown_fraction = float(shown / 100)
    above, below = Track("B", limit), Track("A", -1.0, gap_below=limit)
    assert above.qualifies(shown_fraction, 0.0) == above.qualifies(fraction, 0.0)
    assert below.qualifies(0.0, shown_fraction) == below.qualifies(0.0, fraction)


@example(2947 - 72, 7352 - 32)
@given(st.integers(0, 2947), st.integers(0, 7352))
def test_accuracies_and_gap_that_are_shown_agree(correct: int, trained: int) -> None:
    test, train = correct / 2947, trained / 7352
    gap = train - test
    shown_test = percent(test, accuracy_limits(HOMEWORK_TRACKS))
    shown_train = percent(train)
    shown = gap_percent(gap, shown_train, shown_test, gap_limits(HOMEWORK_TRACKS))
    beside = Decimal(shown_train) - Decimal(shown_test)
    if len(shown.partition(".")[2]) == 2:
        assert Decimal(shown) == beside
    else:  # a finer figure, from which the others are off by their own rounding
        assert abs(Decimal(shown) - beside) <= Decimal("0.011")
    assert (gap < 0.02) == (Decimal(shown) < 2)


def test_a_gap_that_rounding_would_contradict_has_a_third_digit() -> None:
    assert gap_percent(0.02008, "99.56", "97.56", [0.02]) == "2.008"
    assert gap_percent(0.019917, "99.56", "97.57", [0.02]) == "1.99"
    assert gap_percent(0.0199917, "99.56", "97.56", [0.02]) == "1.9992"


def test_each_verdict_is_explained_once() -> None:
    assert list(MEANINGS) == [*Verdict, NOT_YET]
    explained = verdicts_explained()
    assert explained.startswith("Holds: the means over fresh seeds pass")
    assert all(explained.lower().count(f"{word}: ") == 1 for word in Verdict)


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
