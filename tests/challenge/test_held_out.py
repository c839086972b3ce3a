"""Figures over people who were held out."""

import numpy as np
import pytest

from har_search.challenge.held_out import HeldOut, HeldOutPeople


def test_figures_over_people() -> None:
    found = HeldOutPeople((HeldOut(1, 10, 9), HeldOut(2, 30, 15)))
    assert found.accuracy == 24 / 40
    assert found.mean == pytest.approx(0.7)
    assert found.sd == pytest.approx(np.std([0.9, 0.5], ddof=1))
    assert found.worst == HeldOut(2, 30, 15)
