"""A console that no text from outside commands, and text on it that stays readable.

Control characters are shown as what they are. Lines end between words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.text import Text

from har_search.challenge.words import visible

if TYPE_CHECKING:
    from rich.console import ConsoleOptions, RenderableType


class TextConsole(Console):
    """A rich console whose text holds no control character but line ends.

    What rich itself sends to a terminal, such as colours and the cursor's moves, is no text.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render to segments, as `rich.console.Console` does."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else visible(text, lines=True), style, control)


def say(console: Console, text: str | Text, style: str = "") -> None:
    """Write a text; on a terminal its lines end between words, elsewhere it is as long as it is.

    A word that is longer than a line, such as a path, and a command between backticks have no line
    end within, so that they can be copied; the terminal itself continues them on its next line.
    """
    said = Text(text, style) if isinstance(text, str) else text.copy()
    if console.is_terminal:
        said.plain = wrapped(said.plain, console.width)
    console.print(said, soft_wrap=True)


# What no line ends in: a command between backticks, or a word.
_UNBROKEN = re.compile(r"`[^`\n]*`[^\s`]*|\S+")


def wrapped(text: str, width: int) -> str:
    """Return the text with the spaces where lines end turned into line ends."""
    return "\n".join(_wrapped_line(line, width) for line in text.split("\n"))


def _wrapped_line(line: str, width: int) -> str:
    ends, begin = [], 0
    for word in _UNBROKEN.finditer(line):
        before = line[begin : word.start()]
        if before.strip() and cell_len(line[begin : word.end()]) > width:
            ends.append(word.start() - 1)
            begin = word.start()
    characters = list(line)
    for end in ends:
        characters[end] = "\n"
    return "".join(characters)
