"""Two entries side by side: configurations, figures and what fresh seeds made of them, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from har_search.board.standings import Standing
from har_search.board.words import fresh_gap, fresh_test, gap_of, mean_sd
from har_search.challenge.inputs import label
from har_search.challenge.rules import accuracy_limits
from har_search.challenge.words import percent
from har_search.study.spec import HYPERPARAMETERS, Value

_NAMES = {"batch_norm": "BatchNorm"}


@dataclass(frozen=True)
class Line:
    """One line of a comparison: what is compared, and what each of the two entries has."""

    name: str
    first: str
    second: str

    @property
    def differs(self) -> bool:
        """Whether the two are not the same, as they are written."""
        return self.first != self.second


@dataclass(frozen=True)
class Part:
    """Lines of one kind, under a title."""

    title: str
    lines: tuple[Line, ...]


def side_by_side(first: Standing, second: Standing) -> tuple[Part, ...]:
    """Compare two entries line by line; accuracies are in percent, gaps in pp."""
    parts = {
        "configuration": _configuration,
        "figures": _figures,
        "with fresh seeds": _confirmed,
    }
    return tuple(Part(title, tuple(make(first, second))) for title, make in parts.items())


def _configuration(first: Standing, second: Standing) -> Iterator[Line]:
    for name in HYPERPARAMETERS:
        pair = (_value(each.params[name]) for each in (first, second))
        yield Line(_NAMES.get(name, name.replace("_", " ")), *pair)
    yield Line("inputs", *(label(each.inputs) or "as they are" for each in (first, second)))


def _figures(first: Standing, second: Standing) -> Iterator[Line]:
    figures: dict[str, Callable[[Standing], str]] = {
        "student": lambda each: each.student,
        "test accuracy %": lambda each: mean_sd(
            each.test_accuracy, each.test_accuracy_sd, accuracy_limits(each.spec.tracks)
        ),
        "train accuracy %": lambda each: percent(each.train_accuracy),
        "gap pp": gap_of,
        "score %": lambda each: percent(each.score),
        "tracks": lambda each: ", ".join(each.tracks) or "none",
        "seeds": lambda each: str(each.replicas),
        "epoch": lambda each: f"{each.epoch} of {each.epochs} trained",
        "parameters": lambda each: f"{each.parameters:,}",
        "seconds": lambda each: f"{each.seconds:.1f}",
    }
    for name, text in figures.items():
        yield Line(name, text(first), text(second))


def _confirmed(first: Standing, second: Standing) -> Iterator[Line]:
    pair = first.confirmed, second.confirmed
    if pair == (None, None):
        yield Line("fresh seeds", "none yet", "none yet")
        return
    yield Line("fresh seeds", *("none yet" if each is None else str(each.seeds) for each in pair))
    for name, text in (("test accuracy %", fresh_test), ("gap pp", fresh_gap)):
        texts = ("–" if each.confirmed is None else text(each) for each in (first, second))
        yield Line(name, *texts)
    names = {name: None for each in pair if each is not None for name in each.verdicts}
    for name in names:
        texts = ("–" if each is None else each.verdicts.get(name, "–") for each in pair)
        yield Line(f"track {name}", *texts)


def _value(value: Value) -> str:
    """Write a hyperparameter's value."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
