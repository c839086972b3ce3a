"""What to try against a fault, in the lesson's own terms, as far as a study's trials allow it."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from har_search.board.evidence import Neighbour, Split, split
from har_search.challenge.words import percent
from har_search.study.spec import Range, StudySpec, Value

WARM_UP = 3  # epochs in which every curve climbs
FEWEST_JUMPS = 5


@dataclass(frozen=True)
class Remedy:
    """A hyperparameter and where to move it: its `lower` or `upper` side.

    `usual` says whether it is worth a try where the study shows nothing.
    """

    name: str
    towards: str
    words: str
    usual: bool = True


@dataclass(frozen=True)
class Fault:
    """What may be wrong: the figure that shows it (smaller is better), in words, and its remedies.

    `verb` and `what` make a sentence of it: trials `verb` by so many pp `what`.
    """

    figure: Callable[[Neighbour], float | None]
    verb: str
    what: str
    remedies: tuple[Remedy, ...]


def jump(test_accuracy: Sequence[float]) -> float | None:
    """Return how far test accuracy moves from one epoch to the next: the median, up or down.

    None where too few epochs ran.
    """
    settled = test_accuracy[WARM_UP:]
    moves = [abs(after - before) for before, after in pairwise(settled)]
    return statistics.median(moves) if len(moves) >= FEWEST_JUMPS else None


STEADY = Fault(
    lambda each: jump(each.curve),
    "jump by",
    " from epoch to epoch",
    (
        Remedy("learning_rate", "lower", "a lower learning rate"),
        Remedy("batch_size", "upper", "larger batches"),
        # In eval mode it uses running averages, which follow the last batches: an epoch's luck.
        Remedy("batch_norm", "lower", "no BatchNorm", usual=False),
    ),
)
GAP = Fault(
    lambda each: each.gap,
    "have a gap of",
    "",
    (
        Remedy("dropout", "upper", "more dropout"),
        Remedy("width", "lower", "fewer units, which are fewer parameters"),
    ),
)
FIT = Fault(
    lambda each: 1 - (each.test_accuracy + each.gap),
    "get wrong",
    " of the training windows",
    (
        Remedy("dropout", "lower", "less dropout"),
        Remedy("width", "upper", "more units"),
    ),
)


def advice(
    fault: Fault,
    spec: StudySpec,
    neighbours: Sequence[Neighbour],
    params: Mapping[str, Value] | None = None,
) -> tuple[str | None, str | None]:
    """Return what to try, and what the study's trials show of it; either may be None.

    With `params`, an entry's hyperparameters, only what would change them. What the trials clearly
    show leads; what they speak against is left out.
    """
    usual: list[Remedy] = []
    unclear: list[Split] = []
    shown: list[tuple[Remedy, Split]] = []
    for remedy in fault.remedies:
        if params is not None and _is_at_end(params[remedy.name], remedy, spec):
            continue
        found = split(neighbours, remedy.name, fault.figure) if remedy.name in spec.search else None
        better = None if found is None else found.better
        if found is None or better is None:
            if remedy.usual:
                usual.append(remedy)
                unclear += [] if found is None else [found]
        elif better == remedy.towards and _changes(params, remedy, found):
            shown.append((remedy, found))
    if shown:
        remedy, found = min(shown, key=lambda each: each[1].p)
        return f"Try {remedy.words}.", _evidence(fault, found)
    if not usual:
        return None, None
    return f"Try {' or '.join(each.words for each in usual)}.", _no_evidence(usual, unclear)


def _is_at_end(value: Value, remedy: Remedy, spec: StudySpec) -> bool:
    """Return whether a value can go no further, in the range or among the choices searched."""
    if isinstance(value, bool):
        return value is (remedy.towards == "upper")
    space = spec.search.get(remedy.name)
    if space is None:
        return False
    ends = (space.low, space.high) if isinstance(space, Range) else (min(space), max(space))
    return value == ends[remedy.towards == "upper"]


def _changes(params: Mapping[str, Value] | None, remedy: Remedy, found: Split) -> bool:
    """Return whether an entry lies on the other side of the border than the remedy's."""
    if params is None:
        return True
    return found.is_upper(params[remedy.name]) != (remedy.towards == "upper")


def _no_evidence(usual: Sequence[Remedy], unclear: Sequence[Split]) -> str | None:
    """Say that this was looked at, and made no clear difference; nothing where it could not be."""
    if len(unclear) < len(usual):
        return None
    trials = min(len(each.lower) + len(each.upper) for each in unclear)
    return f"In {trials:,} trials of this study that made no clear difference."


def _evidence(fault: Fault, found: Split) -> str:
    (low, high), (below, above) = found.medians, found.accuracies
    one, other = _sides(found)
    total = len(found.lower) + len(found.upper)
    return (
        f"Of {total:,} trials in this study, the {len(found.lower):,} {one} typically {fault.verb} "
        f"{100 * low:.1f} pp{fault.what}, the {len(found.upper):,} {other} {100 * high:.1f} pp; "
        f"their typical test accuracy is {percent(below)} and {percent(above)} %."
    )


def _sides(found: Split) -> tuple[str, str]:
    """Name both sides of a border."""
    if found.border is True:
        return "without BatchNorm", "with it"
    border = f"{found.border:.2g}" if isinstance(found.border, float) else f"{found.border}"
    named = {"learning_rate": "a learning rate", "batch_size": "batches"}
    what = named.get(found.name, found.name.replace("_", " "))
    return f"with {what} under {border}", f"with {border} or more"
