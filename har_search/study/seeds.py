"""Every stream of seeds: which number starts which draws.

All follow from a search's or a trial's own seed, so that each is the same whenever it is asked for.
A seed is a whole number below 2**32. NumPy's `SeedSequence` keeps the streams apart.
"""

from __future__ import annotations

import numpy as np

# What sets the streams apart that follow from one trial's seed.
_FRESH, _FOLDS, _REPLICAS = 5, 6, 7


def _mixed(*numbers: int) -> int:
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


def sampler_seed(search_seed: int, done: int, started: int) -> int:
    """Return a worker's sampler's seed: each has its own, also after a resumption.

    `done` trials were finished and `started` workers begun before it.
    """
    return _mixed(search_seed, done, started)


def trial_seed(search_seed: int, number: int) -> int:
    """Return the seed of the trial of that number."""
    return _mixed(search_seed, number)


def replica_seeds(seed: int, count: int) -> list[int]:
    """Return a trial's seeds: its own, then others that follow from it."""
    return [seed, *(_mixed(seed, _REPLICAS, each) for each in range(1, count))]


def fresh_seed(seed: int, position: int) -> int:
    """Return the fresh seed at a position with which a trial is confirmed."""
    return _mixed(seed, _FRESH, position)


def fold_seed(seed: int, position: int) -> int:
    """Return the seed for a trial's network where one group of people is held out."""
    return _mixed(seed, _FOLDS, position)
