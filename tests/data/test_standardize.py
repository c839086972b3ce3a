"""Windows standardised by the training people, and by each person alone."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from har_search.challenge.inputs import AS_THEY_ARE, PERSON, PERSON_RANKS, TRAIN
from har_search.data.dataset import Dataset, Split
from har_search.data.standardize import RankedScale, Scale, by_person, standardized
from har_search.errors import DataError


def split(features: list[list[float]], subjects: list[int]) -> Split:
    return Split(
        np.array(features, np.float32), np.zeros(len(subjects), np.int64), np.array(subjects)
    )


def test_the_training_people_scale_both_splits() -> None:
    train = split([[0.0, 1.0], [0.5, -1.0], [1.0, 0.0]], [1, 1, 2])
    test = split([[0.5, 0.5], [9.0, 9.0]], [3, 4])
    ours, theirs = standardized(train, test, TRAIN)
    sd = np.sqrt([1 / 6, 2 / 3])  # of the whole population
    np.testing.assert_allclose(
        ours.features, np.array([[-0.5, 1.0], [0.0, -1.0], [0.5, 0.0]]) / sd, rtol=1e-6
    )
    np.testing.assert_allclose(theirs.features, np.array([[0.0, 0.5], [8.5, 9.0]]) / sd, rtol=1e-6)
    assert ours.features.dtype == theirs.features.dtype == np.float32
    assert theirs.subjects is test.subjects
    assert train.features[1, 0] == 0.5  # what was given stays as it is


def test_every_person_has_a_scale_of_their_own() -> None:
    test = split([[0.0], [0.25], [1.0], [0.75]], [2, 4, 2, 4])
    _, theirs = standardized(split([[0.0], [1.0]], [1, 1]), test, PERSON)
    assert theirs.features.tolist() == [[-1.0], [-1.0], [1.0], [1.0]]


def test_nothing_is_standardised_unless_asked_for(small: Dataset) -> None:
    assert standardized(small.train, small.test, AS_THEY_ARE) == (small.train, small.test)


def test_ranks_are_halfway_from_the_standard_score() -> None:
    test = split([[0.0], [0.1], [0.1], [1.0], [5.0], [6.0]], [2, 2, 2, 2, 4, 4])
    _, theirs = standardized(split([[0.0], [1.0]], [1, 1]), test, PERSON_RANKS)
    own = np.array([0.0, 0.1, 0.1, 1.0])
    scores = (own - 0.3) / own.std()
    normal = stats.norm.ppf(np.array([1, 4, 4, 7]) / 8)  # two are equal
    found = theirs.features[:, 0]
    np.testing.assert_allclose(found[:4], (scores + normal) / 2, rtol=1e-6)
    np.testing.assert_allclose(found[4:], np.array([-1, 1]) * (1 + stats.norm.ppf(0.75)) / 2)


def test_a_window_beyond_those_measured_has_an_outermost_rank() -> None:
    measured = np.array([[0.0], [1.0]], np.float32)
    found = RankedScale.of(measured).apply(np.array([[-9.0], [0.5], [9.0]], np.float32))
    outermost = stats.norm.ppf(0.75)  # of two
    np.testing.assert_allclose(found[:, 0], [-(19 + outermost) / 2, 0, (17 + outermost) / 2])


@pytest.mark.parametrize("inputs", [PERSON, PERSON_RANKS])
def test_a_constant_feature_is_centred_and_not_blown_up(inputs: str) -> None:
    rounding = np.float32(-0.99) + np.array([0.0, 1e-7, -1e-7, 0.0], np.float32)
    features = np.stack([np.full(4, 0.3, np.float32), rounding, np.arange(4, dtype=np.float32)], 1)
    found = by_person(features, np.array([7, 7, 7, 7]), inputs)
    assert np.abs(found[:, :2]).max() < 1e-6
    assert found[:, 2].std() == pytest.approx(1, abs=0.1)


def test_one_persons_scale_knows_nothing_of_others(small: Dataset) -> None:
    test = small.test
    first, second = np.unique(test.subjects)

    def moved(scale: int, offset: int) -> Split:
        of_second = (test.subjects == second)[:, None]
        features = np.where(of_second, scale * test.features + offset, test.features)
        return replace(test, features=features.astype(np.float32))

    other = moved(5, 1)
    for inputs in (PERSON, PERSON_RANKS, TRAIN):
        ours, before = standardized(small.train, test, inputs)
        again, after = standardized(small.train, other, inputs)
        assert np.array_equal(ours.features, again.features)
        own = test.subjects == first
        assert np.array_equal(before.features[own], after.features[own])
    # Another phone's offset and scale are no matter for who is calibrated; with an offset, though,
    # rounding makes neighbours' ranks equal.
    for inputs, other in ((PERSON, moved(5, 1)), (PERSON_RANKS, moved(4, 0))):
        _, before = standardized(small.train, test, inputs)
        _, after = standardized(small.train, other, inputs)
        np.testing.assert_allclose(before.features, after.features, atol=1e-4)


def test_statistics_are_taken_in_double_precision(small: Dataset) -> None:
    features = np.tile(small.train.features, (20, 1))
    scale, exact = Scale.of(features), small.train.features.astype(np.float64)
    np.testing.assert_allclose(scale.mean, exact.mean(axis=0), rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(scale.sd, exact.std(axis=0), rtol=1e-11)


def test_one_window_of_a_person_is_refused() -> None:
    with pytest.raises(DataError, match="person 9 has one window only"):
        by_person(np.zeros((3, 2), np.float32), np.array([4, 4, 9]), PERSON)
