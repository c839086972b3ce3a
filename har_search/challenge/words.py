"""How figures and names are written for people."""

from __future__ import annotations


def percent(fraction: float) -> str:
    """Write a fraction as percent with two decimals: one window of 2,947 is 0.03 %."""
    return f"{100 * fraction:.2f}"


_MARKDOWN = str.maketrans({each: f"\\{each}" for each in "\\`*_[]()#|!<>&~"})


def markdown_text(text: str) -> str:
    """Write what a person named as one line of Markdown in which nothing has a meaning."""
    return " ".join(str(text).split()).translate(_MARKDOWN)
