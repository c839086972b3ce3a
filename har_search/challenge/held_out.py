"""How well a configuration does on people it never saw, as plain figures."""

from __future__ import annotations

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class HeldOut:
    """One person's windows, and how many of them a network that never saw the person has right."""

    subject: int
    windows: int
    correct: int

    @property
    def accuracy(self) -> float:
        """Correct / all windows of this person, a fraction."""
        return self.correct / self.windows


@dataclass(frozen=True)
class HeldOutPeople:
    """Every person held out once, by number; accuracies are fractions."""

    people: tuple[HeldOut, ...]

    @property
    def accuracy(self) -> float:
        """Correct / all windows of all people."""
        return sum(each.correct for each in self.people) / sum(each.windows for each in self.people)

    @property
    def mean(self) -> float:
        """The mean over people, each with the same weight."""
        return statistics.fmean(each.accuracy for each in self.people)

    @property
    def sd(self) -> float:
        """The standard deviation between people."""
        return statistics.stdev(each.accuracy for each in self.people)

    @property
    def worst(self) -> HeldOut:
        """The person with the lowest accuracy."""
        return min(self.people, key=lambda each: each.accuracy)
