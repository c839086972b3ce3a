"""The columns of a table of standings: one list for the terminal, the page and the report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from har_search.board.standings import Standing
from har_search.board.words import (
    PRUNED_MARK,
    accuracy_of,
    fresh_seeds,
    gap_of,
    spread,
    tracks_text,
)
from har_search.challenge.inputs import short_label
from har_search.challenge.words import percent, visible
from har_search.storage.ranking import SORTS
from har_search.study.spec import LESSON


@dataclass(frozen=True)
class Column:
    """One column of a table.

    `text` is what it says of a standing, `explanation` what that is, in plain words. `left` aligns
    it left, as words are. Where a terminal is too narrow, `most_spare` says which columns go first:
    those that say the same of all, then those of the highest `spare`; 0 always stays. On a page
    `wide` columns are shown on wide screens alone, a link in the heading ranks by `sort`, one of
    `SORTS`, and `mark` is a class of the cells, for their style. What the cells of a `named` one
    say, a person chose.
    """

    key: str
    heading: str
    text: Callable[[Standing], str]
    explanation: str
    unit: str = ""
    left: bool = False
    spare: int = 0
    wide: bool = False
    sort: str = ""
    mark: str = ""
    named: bool = False

    @property
    def title(self) -> str:
        """The heading with its unit."""
        return f"{self.heading} {self.unit}".rstrip()

    @property
    def classes(self) -> str:
        """The classes of its heading on a page."""
        return " ".join(["number"] * (not self.left) + ["wide"] * self.wide)

    @property
    def cell_classes(self) -> str:
        """The classes of its cells on a page."""
        return f"{self.classes} {self.mark}".strip()

    @property
    def ascending(self) -> bool:
        """Whether its link ranks the smallest first."""
        return self.sort != "" and not SORTS[self.sort][0].startswith("-")


COLUMNS = (
    Column("rank", "#", lambda each: str(each.rank), "place in this list"),
    Column(
        "study",
        "study",
        lambda each: visible(each.study),
        "the study it is a trial of",
        left=True,
        spare=2,
        named=True,
    ),
    Column(
        "trial",
        "trial",
        lambda each: f"{PRUNED_MARK if each.pruned else ''}{each.trial}",
        f"its number in the study; {PRUNED_MARK}: ended early",
        sort="newest",
    ),
    Column(
        "student",
        "student",
        lambda each: each.student,
        "who ran it",
        left=True,
        spare=1,
        mark="name",
        named=True,
    ),
    Column(
        "confirmed",
        "confirmed",
        fresh_seeds,
        "test accuracy with fresh seeds: mean ± sd (seeds); empty: not yet confirmed",
        "%",
        left=True,
        mark="strong",
    ),
    Column(
        "test_accuracy",
        "test",
        accuracy_of,
        "right answers on people it never saw in training",
        "%",
        sort="test",
        mark="strong",
    ),
    Column(
        "test_accuracy_sd",
        "± sd",
        spread,
        "how much the test accuracy differs from seed to seed, and how many seeds there are",
        "pp (seeds)",
        left=True,
        spare=3,
    ),
    Column(
        "train_accuracy",
        "train",
        lambda each: percent(each.train_accuracy),
        "right answers on the people it was trained on",
        "%",
        spare=8,
        wide=True,
    ),
    Column(
        "gap",
        "gap",
        gap_of,
        "train accuracy less test accuracy; smaller is better",
        "pp",
        sort="gap",
    ),
    Column(
        "score",
        "score",
        lambda each: percent(each.score),
        "test accuracy, less a penalty where the gap is too large",
        spare=7,
        wide=True,
        sort="score",
    ),
    Column(
        "tracks",
        "tracks",
        tracks_text,
        "the tracks whose rules its figures pass; once confirmed, what fresh seeds show there",
        left=True,
        spare=1,
    ),
    Column(
        "inputs",
        "inputs",
        lambda each: short_label(each.inputs),
        "how the windows are prepared; empty: as they are",
        left=True,
        spare=1,
    ),
    Column(
        "width",
        "width",
        lambda each: str(each.params["width"]),
        "units in the first hidden layer",
        spare=2,
        wide=True,
    ),
    Column(
        "dropout",
        "dropout",
        lambda each: f"{each.params['dropout']:.2f}",
        "share of units switched off at random in training",
        spare=3,
        wide=True,
    ),
    Column(
        "batch_norm",
        "BN",
        lambda each: "yes" if each.params["batch_norm"] else "no",
        "whether it has BatchNorm",
        left=True,
        spare=4,
        wide=True,
    ),
    Column(
        "learning_rate",
        "lr",
        lambda each: f"{each.params['learning_rate']:.2g}",
        "learning rate",
        spare=2,
        wide=True,
    ),
    Column(
        "batch_size",
        "batch",
        lambda each: str(each.params["batch_size"]),
        "windows in a training step",
        spare=5,
        wide=True,
    ),
    Column(
        "parameters",
        "parameters",
        lambda each: f"{each.parameters:,}",
        "how many numbers training sets: the size of the network",
        spare=9,
        wide=True,
        sort="parameters",
    ),
    Column(
        "epoch",
        "epoch",
        lambda each: str(each.epoch),
        "the epoch whose figures and weights these are",
        spare=10,
        wide=True,
    ),
)


def shown_columns(
    standings: Collection[Standing], *, keep: Collection[str] = (), without: Collection[str] = ()
) -> list[Column]:
    """Return the columns that say something of these standings.

    Those whose keys are in `keep` say something of what is around them, and stay; those of
    `without` have no room.
    """
    unused = {*without}
    if len({each.study for each in standings}) <= 1:
        unused.add("study")
    if not any(each.confirmed for each in standings):
        unused.add("confirmed")
    if all(each.replicas == 1 for each in standings):
        unused.add("test_accuracy_sd")
    if len({each.inputs for each in standings}) <= 1:
        unused.add("inputs")  # a note below the table says it of all
    return [column for column in COLUMNS if column.key in keep or column.key not in unused]


def is_same(column: Column, standings: Collection[Standing]) -> bool:
    """Return whether a column says the same of several standings, and so nothing of any."""
    return len(standings) > 1 and len({column.text(each) for each in standings}) == 1


def most_spare(columns: Sequence[Column], standings: Collection[Standing]) -> Column | None:
    """Return the column to leave out next where there is no room; None if all must stay.

    Of those that say the same of all, hyperparameters go last: they are what the search is about.
    """

    def order(column: Column) -> tuple[bool, bool, int]:
        same = is_same(column, standings)
        return same, same and column.key not in LESSON, column.spare

    return max((each for each in columns if each.spare > 0), key=order, default=None)
