"""Commands to type next, named whole: with the options that this command was given."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_COMMAND = re.compile(r"`har-search ([a-z]+)((?: [^`]+)?)`")


@dataclass(frozen=True)
class Hints:
    """Completes commands; `needed` holds for each of them the options that it must be told."""

    needed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def command(self, name: str, *arguments: object) -> str:
        """Return a command line to type: the arguments, then the options that they leave out."""
        return _line("har-search", name, *map(str, arguments), *self._missing(name, arguments))

    def whole(self, text: str) -> str:
        """Return a text in which each `har-search` command between backticks is whole."""

        def completed(found: re.Match[str]) -> str:
            name, tail = found.groups()
            missing = _line(*self._missing(name, tail.split()))
            return f"`{f'har-search {name}{tail} {missing}'.rstrip()}`"

        return _COMMAND.sub(completed, text)

    def without(self, option: str) -> Hints:
        """Return hints that leave an option out."""
        return Hints(
            {
                command: {name: value for name, value in needed.items() if name != option}
                for command, needed in self.needed.items()
            }
        )

    def _missing(self, name: str, arguments: Iterable[object]) -> list[str]:
        options = self.needed.get(name, {})
        told = {str(each).partition("=")[0] for each in arguments}
        return [word for option in options.items() if option[0] not in told for word in option]


def _line(*words: str) -> str:
    """Write words as the system's shell reads them."""
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


NO_OPTIONS = Hints()
