"""A trial is trained as its study scores it."""

from dataclasses import replace

import pytest

from har_search.networks.splits import Splits
from har_search.study.spec import StudySpec
from har_search.training.best_epoch import train
from har_search.training.last_epoch import train_to_last
from har_search.training.trial import train_trial
from tests.training.conftest import config


def test_to_the_best_epoch_of_one_seed_or_to_the_last_of_several(
    quick: StudySpec, splits: Splits
) -> None:
    best = train_trial(quick, config(), splits, seeds=[3])
    assert replace(best, seconds=0) == replace(train(config(), splits, seed=3), seconds=0)
    assert best.replicas == ()
    spec = replace(quick, scored_epoch="last")
    last = train_trial(spec, config(), splits, seeds=[3, 4])
    again = train_to_last(config(), splits, seeds=[3, 4], reports=spec.reports)
    assert replace(last, seconds=0) == replace(again, seconds=0)
    assert [each.seed for each in last.replicas] == [3, 4]


def test_the_best_epoch_is_of_one_seed(quick: StudySpec, splits: Splits) -> None:
    with pytest.raises(ValueError, match="too many values"):
        train_trial(quick, config(), splits, seeds=[3, 4])
