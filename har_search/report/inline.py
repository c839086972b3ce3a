"""A matplotlib picture as a part of the page: its colours are the page's own, in light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

from markupsafe import Markup
from matplotlib.figure import Figure

from har_search.board.colours import BOTH, variables
from har_search.board.pictures import svg

# Marks drawn as pixels keep the colours of `BOTH`; all else follows the page.
_VARIABLES = {colour: f"var(--{name})" for name, colour in variables(BOTH).items()}
_DROPPED = {"metadata", "style"}


def inline_both(draw: Callable[[bool], Figure], name: str, words: str) -> Markup:
    """Return a picture twice, of which the page shows the one that is drawn for its width.

    `draw` is told whether to draw it narrow, for a telephone.
    """
    wide = inline(draw(False), name, words, only="on-wide")
    return wide + inline(draw(True), f"{name}-narrow", words, only="on-narrow")


def inline(figure: Figure, name: str, words: str, only: str = "") -> Markup:
    """Return a figure drawn in `BOTH` as an `<svg>` element that scales with its place.

    `name` keeps its ids apart from other pictures' and `words` say what it shows. The class
    `only` shows it on some widths alone.
    """
    root = ET.fromstring(svg(figure))
    for parent in list(root.iter()):
        for child in [each for each in parent if _local(each.tag) in _DROPPED]:
            parent.remove(child)
    for element in root.iter():
        element.tag = _local(element.tag)
        own = {_local(key): value for key, value in element.attrib.items()}
        element.attrib.clear()
        element.attrib.update({key: _own(key, value, name) for key, value in own.items()})
    width, height = (float(root.attrib[side].removesuffix("pt")) for side in ("width", "height"))
    root.attrib.update(
        {
            "class": f"plot {only}".rstrip(),
            "role": "img",
            "aria-label": words,
            "width": f"{width * 4 / 3:.0f}",
            "height": f"{height * 4 / 3:.0f}",
        }
    )
    return Markup(ET.tostring(root, encoding="unicode"))


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _own(key: str, value: str, name: str) -> str:
    """Return an attribute's value with the picture's own ids, the page's colours and its font."""
    if key == "id":
        return f"{name}-{value}"
    if key == "href" and value.startswith("#"):
        return f"#{name}-{value[1:]}"
    if key == "style":
        for colour, variable in _VARIABLES.items():
            value = value.replace(colour, variable)
        value = re.sub(r"font-family:[^;]*;?", "", value)
        value = re.sub(r"font:( bold| 700)? ?([\d.]+px)[^;]*", _font, value)
    return re.sub(r"url\(#", f"url(#{name}-", value)


def _font(found: re.Match[str]) -> str:
    """Keep size and weight of the shorthand that some versions of matplotlib write."""
    weight = "; font-weight: 700" if found[1] else ""
    return f"font-size: {found[2]}{weight}"
