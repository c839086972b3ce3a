"""Finished trials with what it takes to train them again."""

from dataclasses import replace

import pytest

from har_search.challenge.rules import Track
from har_search.entries.entry import Entry, entries
from har_search.errors import StorageError
from tests.helpers import change


def test_an_entrys_seeds_differ_from_anothers() -> None:
    entry = Entry("s", 1, 7, 1, None, (Track("A", 0.9),), {})  # type: ignore[arg-type]
    other = replace(entry, seed=8)
    drawn = {each.fresh_seed(n) for each in (entry, other) for n in range(50)}
    assert len(drawn) == 100


def test_a_value_that_no_study_may_have_is_refused_before_a_network_is_made(searched: str) -> None:
    trial = max(each.number for each in entries(searched, None, [], 9))  # not the lesson's own
    too_wide = (
        "UPDATE trial_params SET param_value = 500000 WHERE param_name = 'width' AND trial_id = "
        "(SELECT trial_id FROM trials WHERE number = ?)"
    )
    change(searched, too_wide, trial)
    with pytest.raises(StorageError, match=r"has a width of .*no study may have"):
        entries(searched, None, [trial], None)
