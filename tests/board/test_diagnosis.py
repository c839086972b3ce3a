"""What stands out in a curve and in a study, on known curves; and that too little says nothing.

The curves in capital letters are of real trials of the study `homework`, on the real data, percent.
"""

from dataclasses import replace

import pytest

from har_search.board.diagnosis import Finding, diagnose, diagnose_study, peak
from har_search.board.evidence import Neighbour
from har_search.challenge.figures import Curve
from har_search.study.file import load_spec
from har_search.study.spec import LESSON, StudySpec, Value
from tests.helpers import standing

SPEC = load_spec("homework")

# fmt: off
# Width 109, BatchNorm, learning rate 0.005, batches of 128; then width 192, none, 0.0006, of 256.
PEAK = (
    89.7, 95.9, 83.2, 92.7, 90.0, 88.0, 95.1, 94.2, 92.7, 96.6, 96.3, 95.2, 94.4, 87.2, 92.0,
    95.9, 93.9, 96.5, 92.0, 97.4, 86.2, 92.5, 88.1, 96.5, 93.0, 96.6, 96.7, 94.8, 95.0, 95.8,
)
STEADY = (
    87.0, 90.0, 91.7, 91.3, 92.1, 93.2, 93.6, 94.6, 90.0, 94.3, 95.0, 95.2, 94.6, 95.0, 95.9,
    95.1, 95.0, 95.9, 95.7, 94.6, 93.9, 95.8, 95.6, 95.7, 95.6, 95.6, 95.4, 95.3, 95.3, 95.7,
)

# Width 478, BatchNorm, learning rate 0.014, batches of 64: every epoch evaluated.
NORMED = (
    84.7, 88.2, 87.2, 88.7, 89.4, 95.6, 92.8, 85.1, 90.3, 95.2, 97.2, 94.7, 88.8, 95.8, 97.0,
    95.8, 90.5, 93.1, 96.3, 92.0, 92.9, 96.8, 95.0, 85.9, 96.4, 96.8, 96.1, 95.7, 97.1, 95.3,
)
NORMED_TRAIN = (
    90.4, 93.0, 89.6, 88.8, 93.5, 98.7, 98.7, 88.7, 93.0, 98.8, 99.2, 98.7, 90.2, 98.1, 99.1,
    97.2, 93.4, 99.2, 99.1, 96.3, 96.8, 98.7, 96.6, 87.2, 99.3, 98.3, 98.9, 99.3, 99.5, 98.7,
)
NORMED_RUNNING = (
    89.0, 95.9, 96.7, 97.3, 97.7, 98.0, 98.3, 98.1, 98.3, 98.4, 98.3, 98.4, 98.5, 98.9, 98.8,
    98.9, 99.2, 99.1, 98.9, 99.0, 98.8, 99.1, 98.7, 98.8, 98.6, 99.0, 99.0, 99.0, 99.1, 99.3,
)

# Width 169, no BatchNorm, no dropout, learning rate 0.005, batches of 256: every epoch evaluated.
PLAIN = (
    87.1, 91.3, 92.4, 94.3, 95.0, 94.2, 95.2, 94.4, 94.8, 95.7, 95.6, 95.6, 95.6, 95.4, 94.7,
    95.9, 95.6, 95.8, 95.2, 95.0, 95.5, 95.4, 95.9, 95.6, 95.3, 94.8, 96.1, 95.9, 96.0, 95.9,
)
PLAIN_TRAIN = (
    87.6, 92.4, 95.6, 96.2, 97.3, 97.6, 97.9, 98.0, 98.2, 98.5, 98.4, 98.4, 98.7, 98.7, 97.9,
    98.8, 98.8, 98.6, 98.7, 98.0, 99.0, 98.9, 99.0, 99.1, 99.2, 98.2, 99.2, 99.2, 99.2, 99.2,
)
PLAIN_RUNNING = (
    65.8, 91.2, 94.1, 95.8, 96.4, 97.2, 97.7, 97.8, 98.2, 98.0, 98.4, 98.0, 98.2, 98.3, 98.1,
    98.4, 98.7, 98.1, 98.6, 97.7, 98.5, 98.4, 98.8, 98.9, 99.1, 98.9, 99.0, 99.0, 99.0, 98.8,
)

# Width 298, no BatchNorm, dropout 0.39, learning rate 0.0011, batches of 256; all evaluated.
GROWING = (
    89.1, 89.6, 91.7, 93.7, 93.5, 95.2, 94.9, 94.7, 94.5, 94.6, 95.9, 95.6, 95.7, 94.6, 94.9,
    95.4, 95.3, 91.7, 95.1, 94.1, 94.5, 95.4, 95.8, 95.3, 94.5, 94.9, 95.2, 94.9, 95.9, 95.6,
)
GROWING_TRAIN = (
    88.5, 91.2, 93.5, 94.6, 95.7, 96.0, 96.9, 96.5, 97.0, 97.3, 97.8, 98.0, 97.9, 97.9, 98.0,
    98.3, 97.6, 95.9, 98.3, 98.4, 98.0, 98.3, 98.5, 98.6, 98.7, 98.8, 98.6, 97.9, 98.7, 98.4,
)
# fmt: on


def curve_of(test: tuple[float, ...], train: object = None, running: object = None) -> Curve:
    assert train is None or isinstance(train, tuple)
    assert running is None or isinstance(running, tuple)
    return Curve(
        loss=[0.5] * len(test),
        running_train_accuracy=[each / 100 for each in running or [97.0] * len(test)],
        test_accuracy=[each / 100 for each in test],
        train_accuracy=[each / 100 for each in train] if train else [None] * len(test),
    )


def of(
    test: tuple[float, ...],
    epoch: int,
    train: object = None,
    running: object = None,
    *,
    spec: StudySpec = SPEC,
    neighbours: tuple[Neighbour, ...] = (),
    **changes: object,
) -> list[Finding]:
    """Diagnose an entry by its curve, percent, and by its checkpoint epoch."""
    figures = {"test_accuracy": test[epoch - 1] / 100, "train_accuracy": 0.985, "gap": 0.015}
    own = standing(**figures | {"epoch": epoch, "epochs": len(test)} | changes)
    return diagnose(own, curve_of(test, train, running), spec, neighbours)


def kinds(found: list[Finding]) -> list[str]:
    return [each.kind for each in found]


def test_a_checkpoint_on_a_peak_is_named_with_the_epochs_around_it() -> None:
    (found,) = of(PEAK, 20)
    assert found == Finding(
        "unstable",
        "Unstable: epoch 20 has 97.40 % on test, the epochs around it (17 to 23) typically 5.1 pp "
        "less.",
        "Try a lower learning rate or larger batches.",
    )
    assert found.text.endswith(" less. Try a lower learning rate or larger batches.")


def test_a_curve_that_jumps_is_unstable_beside_its_peaks_too() -> None:
    (found,) = of(PEAK, 11)
    assert found.kind == "unstable"
    assert found.sentence == (
        "Unstable: test accuracy typically jumps by 3.1 pp from epoch to epoch."
    )


def test_a_steady_curve_says_nothing() -> None:
    assert of(STEADY, 15) == []


def test_where_the_last_epoch_counts_nothing_chose_a_peak() -> None:
    last = replace(SPEC, scored_epoch="last")
    calm = (*[90.0] * 29, 95.0)
    assert kinds(of(calm, 30)) == ["unstable"]
    assert of(calm, 30, spec=last) == []


def test_batch_norm_is_named_where_the_entrys_own_curve_shows_it() -> None:
    (found,) = of(NORMED, 11, NORMED_TRAIN, NORMED_RUNNING)
    assert found.suggestion == "Try no BatchNorm."
    assert found.evidence == (
        "On the training windows it jumps, too, by 2.0 pp where they are evaluated, but by 0.2 pp "
        "while it trains: BatchNorm evaluates with running averages of the last batches."
    )
    without = {**LESSON, "batch_norm": False}
    (found,) = of(NORMED, 11, NORMED_TRAIN, NORMED_RUNNING, params=without)
    assert found.suggestion == "Try a lower learning rate or larger batches."
    sparse = of(NORMED, 11)  # the train split was not evaluated in every epoch
    assert sparse[0].suggestion == "Try a lower learning rate or larger batches."


def test_what_is_known_by_heart_overfits() -> None:
    figures = {"test_accuracy": 0.961, "train_accuracy": 0.9916, "gap": 0.0306}
    (found,) = of(PLAIN, 27, PLAIN_TRAIN, PLAIN_RUNNING, **figures)
    assert found.kind == "overfits"
    assert found.sentence == (
        "Overfits: training accuracy is 99.16 %, test accuracy 96.10 %, a gap of 3.06 pp."
    )
    assert found.suggestion == "Try more dropout or fewer units, which are fewer parameters."
    assert of(PLAIN, 27, **figures | {"train_accuracy": 0.989}) == []
    assert of(PLAIN, 27, **figures | {"gap": 0.0199}) == []


def test_a_gap_that_grows_for_nothing_overfits() -> None:
    grown = (
        "the gap grew from 2.2 pp (typical of epochs 4 to 16) to 3.3 pp (17 to 30): training "
        "accuracy rose, test accuracy not clearly."
    )
    (found,) = of(GROWING, 18, GROWING_TRAIN, GROWING)
    assert (found.kind, found.sentence) == ("overfits", f"Overfits: {grown}")
    figures = {"train_accuracy": 0.991, "gap": 0.03}
    (found,) = of(GROWING, 18, GROWING_TRAIN, GROWING, **figures)
    assert found.sentence.endswith(f"a gap of 3.00 pp; {grown}")
    assert of(GROWING, 18) == []  # where the train split was not evaluated nothing is known of it
    rising = tuple(each + place / 10 for place, each in enumerate(GROWING))
    assert "overfits" not in kinds(of(rising, 18, GROWING_TRAIN, GROWING))


def test_a_gap_that_only_jumps_did_not_grow() -> None:
    figures = {"train_accuracy": 0.9918, "gap": 0.02003}
    found = of(NORMED, 11, NORMED_TRAIN, NORMED_RUNNING, **figures)
    assert kinds(found) == ["unstable", "overfits"]
    assert "grew" not in found[1].sentence


def test_what_does_not_even_know_its_training_windows_underfits() -> None:
    found = of(STEADY, 30, train_accuracy=0.951, gap=0.0)
    assert kinds(found) == ["underfits"]
    assert found[0].text == (
        "Underfits: training accuracy is 95.10 %, and test accuracy is seldom higher. "
        "Try less dropout or more units."
    )
    assert of(STEADY[:20], 15, train_accuracy=0.951, gap=0.0) == []  # ended early


RISING = tuple(80 + 0.5 * epoch for epoch in range(30))


def test_a_curve_that_rises_at_its_end_is_not_trained_out() -> None:
    (found,) = of(RISING, 30)
    assert found.text == (
        "Not trained out: test accuracy was still rising at the end, by 3.7 pp from epochs 16 to "
        "22 to the last 8. Try more epochs, or a higher learning rate."
    )
    assert of(RISING[:24], 24) == []  # ended early: nothing is known of the rest
    falling = {**LESSON, "schedule": "cosine"}
    assert of(RISING, 30, params=falling) == []  # there every curve rises at the end
    assert of(STEADY, 30) == []


@pytest.mark.parametrize("epochs", [0, 1, 3, 7])
def test_a_curve_of_few_epochs_says_nothing(epochs: int) -> None:
    wild = (70.0, 97.0, 60.0, 96.0, 71.0, 95.0, 60.0)[:epochs]
    own = standing(epoch=min(2, epochs), epochs=epochs, train_accuracy=1.0, gap=0.05)
    assert diagnose(own, curve_of(wild), SPEC) == []


def test_an_untrained_network_has_no_peak() -> None:
    assert peak([0.9] * 30, 0) is None  # it diverged in its first epoch
    assert peak([0.9, 0.95], 2) is None
    assert peak([0.9, 0.9, 0.9, 0.95], 4) == pytest.approx(0.05)


def trial(number: int, test: tuple[float, ...], epoch: int, **params: Value) -> Neighbour:
    values = {"learning_rate": 0.001 + (number * 7 % 10) / 1e3, **params}
    curve = [each / 100 for each in test]
    accuracy = curve[epoch - 1]
    return Neighbour({**LESSON, **values}, accuracy + number / 1e6, accuracy, 0.015, epoch, curve)


def test_a_study_of_three_trials_says_nothing() -> None:
    assert diagnose_study(SPEC, []) == []
    wild = [trial(number, PEAK, 20, width=512) for number in range(19)]
    assert diagnose_study(SPEC, wild[:3]) == diagnose_study(SPEC, wild) == []
    assert kinds(of(PEAK, 20, neighbours=tuple(wild))) == ["unstable"]


def test_a_study_whose_trials_jump_is_unstable_and_shows_why() -> None:
    trials = [trial(number, STEADY, 15, batch_norm=False) for number in range(7)]
    trials += [trial(number, PEAK, 20, batch_norm=True) for number in range(7, 40)]
    (found,) = diagnose_study(SPEC, trials)
    assert found.sentence == (
        "Unstable: in the typical trial test accuracy jumps by 3.1 pp from epoch to epoch; of 40 "
        "checkpoints 33 lie 2.0 pp or more above the epochs around them."
    )
    assert found.suggestion == "Try no BatchNorm."
    assert found.evidence is not None
    assert found.evidence.startswith(
        "Of 40 trials in this study, the 7 without BatchNorm typically"
    )


def test_a_steady_study_says_nothing() -> None:
    assert diagnose_study(SPEC, [trial(number, STEADY, 15) for number in range(40)]) == []


def test_a_study_whose_best_trials_overfit_does() -> None:
    trials = [replace(trial(n, STEADY, 15), gap=0.035) for n in range(40)]
    (found,) = diagnose_study(SPEC, trials)
    assert found.sentence == (
        "Overfits: 10 of the 10 best trials have a training accuracy of 99 % or more and a gap "
        "over 2 pp."
    )


def test_a_study_whose_best_trials_end_at_their_best_is_not_trained_out() -> None:
    trials = [trial(number, STEADY, 15 if number < 34 else 30) for number in range(40)]
    trials = [replace(each, score=each.score + each.epoch / 1000) for each in trials]
    (found,) = diagnose_study(SPEC, trials)
    assert found.sentence == (
        "Not trained out: 6 of the 10 best trials have their best epoch among the last 3 of 30."
    )
    assert diagnose_study(SPEC, [*trials[:34], *trials[35:]]) == []  # five may be luck


def test_an_edge_is_not_named_where_other_advice_goes_the_other_way() -> None:
    wide = [trial(number, STEADY, 15, width=500) for number in range(40)]
    assert kinds(diagnose_study(SPEC, wide)) == ["at an edge"]
    assert kinds(diagnose_study(SPEC, [replace(each, gap=0.035) for each in wide])) == ["overfits"]
    own = {**LESSON, "width": 505}
    assert kinds(of(STEADY, 15, neighbours=tuple(wide), params=own)) == ["at an edge"]
