"""A study file's search space as Optuna's: what each hyperparameter is drawn from.

The only translation between the two. Optuna is imported when asked: a report may do without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_search.study.spec import Range, Space, Value

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


def distribution(space: Space) -> BaseDistribution:
    """Return what Optuna draws a hyperparameter from: a choice, a whole number or any number.

    A range holds whole numbers where its ends are of type int; without a step, every one of them.
    """
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if isinstance(space, tuple):
        return CategoricalDistribution(space)
    if isinstance(space.low, int):
        step = 1 if space.step is None else int(space.step)
        return IntDistribution(space.low, int(space.high), log=space.log, step=step)
    return FloatDistribution(space.low, space.high, log=space.log, step=space.step)


def nearest(space: Space, value: Value) -> Value:
    """Return the value of the space that is nearest; of choices the first, where it is none."""
    if isinstance(space, Range):
        assert isinstance(value, int | float)
        return space.nearest(value)
    return value if value in space else space[0]
