"""What fresh seeds made of an entry, as plain figures, and what they prove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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

    def summary(self, tracks: Sequence[Track]) -> dict[str, Any]:
        """Return means, standard deviations and verdicts, as the leaderboard's JSON has them."""
        import statistics

        from har_search.challenge.verdict import (
            verdict,  # scipy: only where there is something to judge
        )

        tests, gaps = self.test_accuracies, self.gaps
        several = len(tests) > 1
        in_order = sum(each.position == place for place, each in enumerate(self.seeds))
        return {
            "seeds": len(tests),
            "test_mean": statistics.fmean(tests),
            "test_sd": statistics.stdev(tests) if several else None,
            "gap_mean": statistics.fmean(gaps),
            "gap_sd": statistics.stdev(gaps) if several else None,
            "verdicts": {
                track.name: verdict(track, tests[:in_order], gaps[:in_order], self.planned).value
                for track in tracks
            },
        }
