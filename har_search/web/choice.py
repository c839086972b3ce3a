"""What a visitor of the leaderboard chose to see, as it stands in the page's address."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from har_search.board.standings import Selection
from har_search.challenge.rules import Track
from har_search.storage.ranking import SORTS

PAGE = 50  # entries


class ChoiceError(Exception):
    """An address asks for what makes no sense; the message says what there is instead."""


class NotThereError(Exception):
    """An address asks for a study or a page that is not there, or not any more."""


@dataclass(frozen=True)
class Choice:
    """What a visitor chose to see; empty means all."""

    study: str = ""
    student: str = ""
    track: str = ""
    sort: str = ""
    best_per_student: bool = False
    confirmed: bool = False
    page: int = 1

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> Choice:
        """Read a request's arguments.

        Raises:
            ChoiceError: there is no such order, page or switch.
        """
        sort = arguments.get("sort", "")
        if sort and sort not in SORTS:
            raise ChoiceError(f"There is no order '{sort}'; there is {', '.join(SORTS)}.")
        return cls(
            arguments.get("study", ""),
            arguments.get("student", ""),
            arguments.get("track", ""),
            sort,
            _switch(arguments, "best_per_student"),
            _switch(arguments, "confirmed"),
            _page(arguments.get("page", "")),
        )

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """Return the arguments of a link to this choice with changes; a change starts at page 1."""
        changed = replace(self, **{"page": 1, **changes})
        values = {
            field.name: (getattr(changed, field.name), field.default) for field in fields(self)
        }
        return {
            name: 1 if value is True else value
            for name, (value, default) in values.items()
            if value != default
        }

    def selection(self, *, simulated: bool, paged: bool = True) -> Selection:
        """Return which trials to rank: those of one page, or with `paged` False of all."""
        return Selection(
            study=self.study or None,
            track=self.track or None,
            student=self.student or None,
            best_per_student=self.best_per_student,
            sort=self.sort or None,
            top=PAGE if paged else None,
            skip=(self.page - 1) * PAGE if paged else 0,
            simulated=simulated,
            confirmed=self.confirmed,
        )

    def check_track(self, tracks: Collection[Track]) -> None:
        """Check that the track chosen is one of these.

        Raises:
            ChoiceError: it is not.
        """
        names = [track.name for track in tracks]
        if self.track and self.track.lower() not in {name.lower() for name in names}:
            raise ChoiceError(
                f"There is no track '{self.track}' here; there is {', '.join(names)}."
            )

    def check_page(self, pages: int) -> None:
        """Check that the page chosen is one of so many.

        Raises:
            NotThereError: it is not.
        """
        if self.page > pages:
            there = f"the last one is page {pages}" if pages > 1 else "all fits on page 1"
            raise NotThereError(f"There is no page {self.page} of the leaderboard: {there}.")


def _switch(arguments: Mapping[str, str], name: str) -> bool:
    value = arguments.get(name, "")
    if value not in ("", "0", "1"):
        raise ChoiceError(f"{name} is 1 or left out, not '{value}'.")
    return value == "1"


def _page(value: str) -> int:
    if not value:
        return 1
    if not value.isdecimal() or int(value[:9]) < 1:
        raise ChoiceError(f"There is no page '{value}'; pages are numbered from 1.")
    return int(value[:9])
