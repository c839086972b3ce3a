"""What is said of a data set, and that its cached numbers are those that were fingerprinted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from har_search.data.dataset import SIMULATED, Dataset
from har_search.data.describe import describe, verify
from har_search.data.locate import Located
from har_search.errors import DataError


def test_windows_people_and_labels_are_counted(small: Dataset) -> None:
    lines = describe(Located(small, Path("cache")))
    table = {line.split()[0]: line.split()[1:] for line in lines if line.count(" ") > 2}
    assert table["train"][:2] == ["200", "windows"]
    assert lines[2].endswith("4 subjects: 1 3 5 6")
    assert table["LAYING"] == [
        str(int(np.sum(split.labels == 5))) for split in (small.train, small.test)
    ]
    assert sum(int(table[each][0]) for each in table if each.isupper()) == 200
    assert any(line.startswith("licence") for line in lines)


def test_an_activity_that_nobody_did_is_counted_as_none(small: Dataset) -> None:
    walking = small.test.labels == 0
    test = replace(
        small.test,
        features=small.test.features[walking],
        labels=small.test.labels[walking],
        subjects=small.test.subjects[walking],
    )
    lines = describe(Located(replace(small, test=test), Path("cache")))
    (laying,) = [line.split() for line in lines if line.startswith("LAYING")]
    assert laying[2] == "0"


def test_simulated_data_have_no_licence_to_name(small: Dataset) -> None:
    lines = describe(Located(replace(small, name=SIMULATED), Path("cache")))
    assert lines[-1] == "Simulated by har-search; no phone measured it. Free to use."
    assert not any(line.startswith(("licence", "citation")) for line in lines)


def test_one_changed_number_is_noticed(small: Dataset) -> None:
    verify(Located(small, Path("cache")))
    features = small.train.features.copy()
    features[-1, -1] = np.nextafter(features[-1, -1], np.float32(2))
    changed = replace(small, train=replace(small.train, features=features))
    with pytest.raises(DataError, match=r"cache: the cache is damaged .* delete that folder"):
        verify(Located(changed, Path("cache")))
