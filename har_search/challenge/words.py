"""How figures, verdicts and names are written for people."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from enum import StrEnum


class Verdict(StrEnum):
    """What fresh seeds show of an entry on a track; these words are used wherever people read."""

    holds = "holds"
    misses = "misses"
    undecided = "undecided"


NOT_YET = "not yet confirmed"
MEANINGS: Mapping[str, str] = {
    Verdict.holds: (
        "the means over fresh seeds pass the track's rule, and luck alone would show this in fewer "
        "than 1 of 100 cases"
    ),
    Verdict.misses: (
        "the means do not pass it, and luck alone would show this in fewer than 1 of 100 cases"
    ),
    Verdict.undecided: "neither is shown: luck alone could do this",
    NOT_YET: "no fresh seed has checked the entry: its figures are the best of many tries",
}


def verdicts_explained() -> str:
    """Say what the verdicts mean, a sentence."""
    meanings = [f"{word}: {MEANINGS[word]}" for word in Verdict]
    return f"{'; '.join(meanings).capitalize()}."


NOISE = 1e-12  # a smaller difference of fractions is the computer's rounding
_MOST_DIGITS = 12


def percent(fraction: float, limits: Collection[float] = (), digits: int = 2) -> str:
    """Write a fraction as percent with two decimals: one window of 2,947 is 0.03 %.

    What is shown lies on the same side of each of the `limits`, also fractions, as the fraction
    itself. Where two decimals would hide that it gets more: 0.019999 is 1.9999 where 0.02 is a
    limit. Within `NOISE` of a limit it is shown as the limit. `digits` is the fewest decimals.
    """
    shown = f"{100 * fraction:.{digits}f}"
    sides = {each: _side(fraction, each) for each in limits}
    while digits < _MOST_DIGITS and any(
        _side(Decimal(shown), 100 * Decimal(repr(limit))) != side for limit, side in sides.items()
    ):
        digits += 1
        shown = f"{100 * Decimal(repr(fraction)):.{digits}f}"
    return shown


def _side(value: float | Decimal, limit: float | Decimal) -> int:
    """Return -1 below the limit, 1 above it, 0 on it."""
    if abs(value - limit) < NOISE:  # type: ignore[operator]  # both are of one kind
        return 0
    return 1 if value > limit else -1


def gap_percent(gap: float, train: str, test: str, limits: Collection[float] = ()) -> str:
    """Write a gap, a fraction, beside the train and test accuracy that are shown.

    Where these two, as they are rounded, would give another gap, it gets one decimal more: beside
    99.56 and 97.56 a gap of 2.008 is not 2.01.
    """
    shown = percent(gap, limits)
    if Decimal(train) - Decimal(test) == Decimal(shown):
        return shown
    return percent(gap, limits, len(shown.partition(".")[2]) + 1)


def counted(count: int, one: str, more: str = "") -> str:
    """Write how many there are of what `one` names; `more` is its plural, unless that adds an s."""
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"


# Control characters, marks that turn the direction of writing, line ends, and what Python makes of
# bytes that are no UTF-8.
_UNSEEN = "\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff"
_CHARACTERS, _BUT_LINE_ENDS = re.compile(f"[{_UNSEEN}]"), re.compile(f"(?!\n)[{_UNSEEN}]")


def visible(text: str, *, lines: bool = False) -> str:
    r"""Show control characters as what they are, such as ESC as `\x1b`; the result is UTF-8 text.

    So they command no terminal, and begin no line that looks like ours. A byte that was no UTF-8 is
    shown as `\xe9`. With `lines` the text keeps its line ends.
    """
    return (_BUT_LINE_ENDS if lines else _CHARACTERS).sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    if 0xDC80 <= number <= 0xDCFF:  # a byte, as Python keeps it
        return f"\\x{number - 0xDC00:02x}"
    return found[0].encode("unicode_escape").decode()


def csv_text(text: str) -> str:
    """Write a cell of CSV as one line that no spreadsheet takes for a formula.

    What begins as one gets an apostrophe in front; a number stays.
    """
    shown = visible(text)
    if shown[:1] not in ("=", "+", "-", "@"):
        return shown
    try:
        float(shown)
    except ValueError:
        return f"'{shown}"
    return shown


_MARKDOWN = str.maketrans({each: f"\\{each}" for each in "\\`*_[]()#|!<>&~"})


def markdown_text(text: str) -> str:
    """Write what a person named as one line of Markdown in which nothing has a meaning."""
    return visible(" ".join(str(text).split())).translate(_MARKDOWN)
