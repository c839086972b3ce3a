"""Finished trials with what it takes to train them again."""

from dataclasses import replace

from har_search.challenge.rules import Track
from har_search.entries.entry import Entry


def test_an_entrys_seeds_differ_from_anothers() -> None:
    entry = Entry("s", 1, 7, 1, None, (Track("A", 0.9),), {})  # type: ignore[arg-type]
    other = replace(entry, seed=8)
    drawn = {each.fresh_seed(n) for each in (entry, other) for n in range(50)}
    assert len(drawn) == 100
