"""What differs from the lesson, in words."""

from har_search.board.differences import differences
from har_search.challenge.inputs import AS_THEY_ARE, PERSON
from har_search.study.spec import LESSON


def test_show_says_every_difference_in_words() -> None:
    assert differences(LESSON) == []
    assert differences(
        {
            **LESSON,
            "width": 184,
            "depth": 1,
            "dropout": 0.0,
            "batch_norm": False,
            "batch_size": 32,
            "schedule": "one-cycle",
            "weight_decay": 0.1,
            "label_smoothing": 0.2,
            "input_noise": 0.13,
            "mixup": 0.3,
            "weight_averaging": 0.99,
        }
    ) == [
        "the first hidden layer has 184 units instead of 128",
        "1 hidden layer instead of 3",
        "no dropout",
        "no BatchNorm",
        "batches of 32 windows instead of 64",
        "the learning rate follows a one-cycle schedule instead of staying constant",
        "weight decay 0.1",
        "label smoothing 0.2",
        "Gaussian noise of 0.13 added to the inputs while training",
        "mixup of window pairs, weights from Beta(0.3, 0.3)",
        "an exponential average of the weights, decay 0.99",
    ]


def test_inputs_that_are_standardised_come_first() -> None:
    assert differences({**LESSON, "dropout": 0.25}, PERSON) == [
        "inputs standardised by each person's own mean and standard deviation",
        "dropout 0.25 instead of 0.3",
    ]
    assert differences({**LESSON, "depth": 4}, AS_THEY_ARE) == ["4 hidden layers instead of 3"]
