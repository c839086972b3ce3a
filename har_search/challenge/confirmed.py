"""What fresh seeds made of an entry, as plain figures, and what they prove."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from har_search.challenge.rules import Track


@dataclass(frozen=True)
class Confirmation:
    """One fresh seed's figures, as fractions; `position` is its place among the entry's seeds."""

    position: int
    seed: int
    test_accuracy: float
    train_accuracy: float

    @property
    def gap(self) -> float:
        """Train accuracy less test accuracy."""
        return self.train_accuracy - self.test_accuracy


@dataclass(frozen=True)
class Confirmed:
    """An entry's figures over fresh seeds, in the seeds' order; `planned` is how many are to be."""

    planned: int
    seeds: tuple[Confirmation, ...]

    @property
    def test_accuracies(self) -> list[float]:
        """Each seed's test accuracy."""
        return [each.test_accuracy for each in self.seeds]

    @property
    def gaps(self) -> list[float]:
        """Each seed's gap."""
        return [each.gap for each in self.seeds]

    def summary(self, tracks: Sequence[Track]) -> ConfirmedSummary:
        """Return what these figures show, and prove on each track."""
        from har_search.challenge.verdict import verdict  # SciPy: only where something is judged

        tests, gaps = self.test_accuracies, self.gaps
        several = len(tests) > 1
        in_order = sum(each.position == place for place, each in enumerate(self.seeds))
        return ConfirmedSummary(
            seeds=len(tests),
            test_mean=statistics.fmean(tests),
            test_sd=statistics.stdev(tests) if several else None,
            gap_mean=statistics.fmean(gaps),
            gap_sd=statistics.stdev(gaps) if several else None,
            verdicts={
                track.name: verdict(track, tests[:in_order], gaps[:in_order], self.planned).value
                for track in tracks
            },
        )


@dataclass(frozen=True)
class ConfirmedSummary:
    """What so many fresh seeds made of an entry: means and standard deviations, as fractions.

    One seed has no standard deviation. `verdicts` has a word for each track's name, of
    `verdict.Verdict`.
    """

    seeds: int
    test_mean: float
    test_sd: float | None
    gap_mean: float
    gap_sd: float | None
    verdicts: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return it as an object for JSON."""
        return asdict(self)
