"""How figures and names are written for people."""

from __future__ import annotations

import re


def percent(fraction: float) -> str:
    """Write a fraction as percent with two decimals: one window of 2,947 is 0.03 %."""
    return f"{100 * fraction:.2f}"


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
