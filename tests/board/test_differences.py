"""What differs from the lesson, in words."""


def test_show_says_every_difference_in_words() -> None:
    from har_search.board.differences import differences
    from har_search.study.spec import LESSON

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
