"""A console that no text from outside commands: control characters are shown as what they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment

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
