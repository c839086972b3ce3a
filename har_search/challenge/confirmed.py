"""What fresh seeds made of an entry, as plain figures, and what they prove."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from har_search.challenge.rules import Track
from har_search.challenge.words import Verdict, percent


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

    def verdict(self, track: Track) -> Verdict:
        """Return what these figures prove on a track."""
        from har_search.challenge.verdict import verdict  # SciPy: only where something is judged

        in_order = sum(each.position == place for place, each in enumerate(self.seeds))
        tests, gaps = self.test_accuracies[:in_order], self.gaps[:in_order]
        return verdict(track, tests, gaps, self.planned)

    def reason(self, track: Track) -> str:
        """Say how many seeds qualify for a track, their mean, and what it lacks, if anything."""
        tests, gaps = self.test_accuracies, self.gaps
        qualify = sum(track.qualifies(*pair) for pair in zip(tests, gaps, strict=True))
        seeds = f"{len(tests)} seed{'s' if len(tests) > 1 else ''}"
        test, gap = statistics.fmean(tests), statistics.fmean(gaps)
        text = (
            f"{qualify} of {seeds} {'qualifies' if qualify == 1 else 'qualify'}; mean "
            f"{percent(test, [track.test_accuracy_above])} %"
        )
        short = track.test_accuracy_above - test
        if short >= 0:
            text += f", {percent(short, [0.0])} pp short"
        if track.gap_below is None:
            return text
        over = gap - track.gap_below
        if short < 0 or over >= 0:
            text += f", gap {percent(gap, [track.gap_below])} pp"
        return f"{text}, {percent(over, [0.0])} pp too large" if over >= 0 else text

    def summary(self, tracks: Sequence[Track]) -> ConfirmedSummary:
        """Return what these figures show, and prove on each track."""
        tests, gaps = self.test_accuracies, self.gaps
        several = len(tests) > 1
        return ConfirmedSummary(
            seeds=len(tests),
            test_mean=statistics.fmean(tests),
            test_sd=statistics.stdev(tests) if several else None,
            gap_mean=statistics.fmean(gaps),
            gap_sd=statistics.stdev(gaps) if several else None,
            verdicts={track.name: self.verdict(track).value for track in tracks},
            reasons={track.name: self.reason(track) for track in tracks},
        )


@dataclass(frozen=True)
class ConfirmedSummary:
    """What so many fresh seeds made of an entry: means and standard deviations, as fractions.

    One seed has no standard deviation. For each track's name, `verdicts` has a word, of
    `words.Verdict`, and `reasons` says in words what it goes by.
    """

    seeds: int
    test_mean: float
    test_sd: float | None
    gap_mean: float
    gap_sd: float | None
    verdicts: Mapping[str, str]
    reasons: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as an object for JSON, without the reasons, which follow from the rest."""
        return {key: value for key, value in asdict(self).items() if key != "reasons"}
