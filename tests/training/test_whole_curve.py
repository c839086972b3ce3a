"""The train split evaluated after every epoch: as it would have been then, and only where asked."""

from dataclasses import replace

import pytest

from har_search.challenge.rules import Scoring
from har_search.networks.splits import Splits
from har_search.training import whole_curve
from har_search.training.best_epoch import train
from har_search.training.last_epoch import train_to_last
from har_search.training.results import TrainingResult
from har_search.training.whole_curve import with_whole_curve
from tests.training.conftest import EVERYTHING, Poison, config

SCORING = Scoring()


def trained_to(epochs: int, splits: Splits, **changes: object) -> TrainingResult:
    """Train on a fixed schedule to an epoch, the last, whose figures are all known."""
    return train_to_last(
        config(epochs=epochs, **changes), splits, seeds=[2], reports=lambda _epoch: True
    )


@pytest.mark.parametrize("changes", [{}, EVERYTHING | {"schedule": "constant"}])
def test_every_epoch_has_the_figures_that_it_had_then(splits: Splits, changes: dict) -> None:
    changes = {"learning_rate": 0.03, **changes}
    result = train(config(epochs=12, **changes), splits, seed=2)
    assert any(each.train_accuracy is None for each in result.history)
    whole = with_whole_curve(result, splits, SCORING)
    assert whole.history == trained_to(12, splits, **changes).history
    assert whole == replace(result, history=whole.history)  # and nothing else is another
    assert whole.by_epoch is None


def test_where_the_last_epoch_counts_it_is_the_first_seeds_curve(splits: Splits) -> None:
    result = train_to_last(config(epochs=4), splits, seeds=[2, 3, 4])
    assert [each.train_accuracy is None for each in result.history] == [True, True, True, False]
    both = train_to_last(config(epochs=4), splits, seeds=[2, 3], reports=lambda _epoch: True)
    assert with_whole_curve(result, splits, SCORING).history == both.history


def test_a_training_that_diverged_has_the_epochs_before(splits: Splits) -> None:
    poison = Poison(splits, after_epoch=3)
    result = train(config(epochs=6), poison.splits, seed=2, watch=poison)
    assert result.diverged
    whole = with_whole_curve(result, splits, SCORING)
    assert whole.history == trained_to(6, splits).history[:3]


def test_a_large_network_is_not_kept_for_every_epoch(
    splits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = train(config(epochs=4), splits, seed=2)
    monkeypatch.setattr(whole_curve, "MOST_BYTES", 1000)
    result = train(config(epochs=4), splits, seed=2)
    assert result.by_epoch is None
    assert replace(result, seconds=0) == replace(plain, seconds=0)
    assert with_whole_curve(result, splits, SCORING) is result
