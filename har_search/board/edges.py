"""Where a study's best trials lie at the end of a range: a better value may lie outside of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from har_search.board.evidence import ALPHA, Neighbour, at_least_by_luck
from har_search.study.spec import HYPERPARAMETERS, Range, Space, StudySpec, Value

OUTER = 0.1  # the share of a range that counts as its end
FEWEST_CHOICES = 3


def edges(
    spec: StudySpec, best: Sequence[Neighbour], params: Mapping[str, Value] | None = None
) -> list[tuple[str, str, str, str]]:
    """Return each end that the best trials lie at: name, sentence, suggestion and evidence.

    With `params`, an entry's hyperparameters, only where it lies there, too. An end beyond which no
    study may go is none. Luck puts a tenth of the trials into a tenth of a range; more than luck
    would do is what counts.
    """
    found = []
    for name, space in spec.search.items():
        for upper in (False, True):
            share = _share(name, space, upper=upper)
            if not best or share is None:
                continue
            there = sum(_is_at(each.params[name], space, upper=upper) for each in best)
            if at_least_by_luck(there, len(best), share) >= ALPHA:
                continue
            if params is None or _is_at(params[name], space, upper=upper):
                words = _words(name, space, there, len(best), params, upper=upper)
                found.append((name, *words))
    return found


def _ends(space: Space) -> tuple[float, float]:
    if isinstance(space, Range):
        return space.low, space.high
    numbers = [float(each) for each in space]
    return min(numbers), max(numbers)


def _share(name: str, space: Space, *, upper: bool) -> float | None:
    """Return how large a part of the space its end is; None where it is no end."""
    if not isinstance(space, Range) and (
        any(isinstance(each, bool | str) for each in space) or len(space) < FEWEST_CHOICES
    ):
        return None
    known = HYPERPARAMETERS[name]
    if _ends(space)[upper] == (known.low, known.high)[upper]:
        return None
    return OUTER if isinstance(space, Range) else 1 / len(space)


def _is_at(value: Value, space: Space, *, upper: bool) -> bool:
    low, high = _ends(space)
    number = float(value)
    if not isinstance(space, Range):
        return number == (high if upper else low)
    if space.log:
        low, high, number = math.log(low), math.log(high), math.log(number)
    place = (number - low) / (high - low) if high > low else 0.5
    return place >= 1 - OUTER if upper else place <= OUTER


def _words(
    name: str,
    space: Space,
    there: int,
    best: int,
    params: Mapping[str, Value] | None,
    *,
    upper: bool,
) -> tuple[str, str, str]:
    low, high = _ends(space)
    title = name.replace("_", " ")
    end, way = ("upper", "larger") if upper else ("lower", "smaller")
    if params is None:
        sentence = (
            f"At an edge: the best trials lie at the {end} end of what was searched for {title} "
            f"({low:g} to {high:g})."
        )
    else:
        sentence = (
            f"At an edge: its {title}, {float(params[name]):.3g}, lies at the {end} end of what "
            f"was searched ({low:g} to {high:g})."
        )
    return (
        sentence,
        f"Let the study file allow {way} values.",
        f"{there} of the {best} best trials lie there.",
    )
