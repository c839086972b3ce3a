import numpy as np
import torch

from har_search.challenge.inputs import AS_THEY_ARE, PERSON
from har_search.data.dataset import Dataset
from har_search.data.standardize import standardized
from har_search.networks.splits import Splits, prepare


def test_both_splits_are_wrapped_as_they_are(small: Dataset) -> None:
    splits = Splits.of(small.train, small.test)
    for ours, given in ((splits.train, small.train), (splits.test, small.test)):
        assert ours.features.data_ptr() == given.features.ctypes.data  # nothing is copied
        assert ours.labels.dtype == torch.int64
        assert np.array_equal(ours.labels.numpy(), given.labels)


def test_a_studys_splits_are_standardised_as_it_says(small: Dataset) -> None:
    raw = prepare(small.train, small.test, AS_THEY_ARE)
    assert torch.equal(raw.test.features, Splits.of(small.train, small.test).test.features)
    ours = prepare(small.train, small.test, PERSON)
    _, theirs = standardized(small.train, small.test, PERSON)
    assert np.array_equal(ours.test.features.numpy(), theirs.features)
