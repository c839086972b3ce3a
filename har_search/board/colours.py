"""The colours of pages, pictures and reports: one table, in which a colour has one meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Palette:
    """Colours by what they mean, each as `#rrggbb`.

    The page: `paper` and, on it, `card`, `tint` (a row that stands out) and `warn`; words in `ink`
    and `quiet`, on `warn` in `warn_ink`; `line` between things. The data: `tracks` for the first,
    second and third track and whatever qualifies for it; `test` and `train` for accuracies on these
    people; `complete` for trials trained to their end, `other` for pruned ones and those that
    qualify for nothing.
    """

    paper: str
    card: str
    tint: str
    warn: str
    ink: str
    quiet: str
    warn_ink: str
    line: str
    tracks: tuple[str, str, str]
    test: str
    train: str
    complete: str
    other: str


LIGHT = Palette(
    paper="#f6f8fa",
    card="#ffffff",
    tint="#eef3f9",
    warn="#fff1d6",
    ink="#1d2733",
    quiet="#556373",
    warn_ink="#6b4200",
    line="#d3dbe4",
    tracks=("#0b7a55", "#a3480b", "#5a4fcf"),
    test="#1d65b5",
    train="#a8327a",
    complete="#0e7490",
    other="#7b8ba1",
)
DARK = Palette(
    paper="#11161d",
    card="#1a212b",
    tint="#222d3b",
    warn="#3d2d0c",
    ink="#e6ebf2",
    quiet="#9aa8ba",
    warn_ink="#ffd791",
    line="#354152",
    tracks=("#3ecf9a", "#ff9f5a", "#a79bff"),
    test="#6fb1f5",
    train="#f08cc4",
    complete="#46c3dc",
    other="#7f8fa6",
)
PAPER = replace(LIGHT, paper="#ffffff", line="#c9d1da")
# For marks that are pixels in a picture whose page is light or dark.
BOTH = replace(
    LIGHT,
    ink="#2a3440",
    line="#c3ccd7",
    tracks=("#12916a", "#c05a15", "#776cdc"),
    test="#3d86d6",
    train="#c9549b",
    complete="#1f93ad",
    other="#8290a5",
)
THEMES: Mapping[str, Palette] = {"light": LIGHT, "dark": DARK}


def variables(palette: Palette) -> Mapping[str, str]:
    """Return the palette's colours by the names of the page's CSS variables, such as `track-1`."""
    return dict(_variables(palette))


def _variables(palette: Palette) -> Iterator[tuple[str, str]]:
    for field in fields(palette):
        value = getattr(palette, field.name)
        if isinstance(value, str):
            yield field.name.replace("_", "-"), value
        else:
            yield from ((f"track-{place}", each) for place, each in enumerate(value, 1))


def stylesheet() -> str:
    """Return the colours as CSS variables: light, dark where the reader prefers it, and printed."""
    return "\n".join(
        [
            f":root {{ color-scheme: light dark; {_declared(LIGHT)} }}",
            "@media (prefers-color-scheme: dark) {",
            f"  :root {{ {_declared(DARK)} }}",
            "}",
            "@media print {",
            f"  :root {{ color-scheme: light; {_declared(PAPER)} }}",
            "}",
        ]
    )


def _declared(palette: Palette) -> str:
    return " ".join(f"--{name}: {value};" for name, value in variables(palette).items())


def rgb(colour: str) -> Rgb:
    """Return red, green and blue, each from 0 to 1."""
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def contrast(one: Rgb, other: Rgb) -> float:
    """Return how well one colour is read on the other: 1 not at all, 21 black on white (WCAG 2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Rgb) -> float:
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
