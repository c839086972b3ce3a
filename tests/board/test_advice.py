"""What to try: what the study's trials show, else the usual, and never what they speak against."""

from har_search.board.advice import GAP, STEADY, advice, jump
from har_search.board.evidence import Neighbour
from har_search.study.file import load_spec
from har_search.study.spec import LESSON, Value

SPEC = load_spec("homework")
USUAL = "Try a lower learning rate or larger batches."


def jumping(by: float, **params: Value) -> Neighbour:
    """A trial whose test accuracy jumps by so much from epoch to epoch."""
    curve = [0.95, 0.95 - by] * 10
    return Neighbour({**LESSON, **params}, 0.95, 0.96 - by / 10, 0.02, 3, curve)


def rates(low: float, high: float, count: int = 20) -> list[Neighbour]:
    """Trials of small learning rates that jump by `low`, and of large ones, by `high`."""
    small = [jumping(low + n / 1e5, learning_rate=0.001 + n / 1e5) for n in range(count)]
    return small + [jumping(high + n / 1e5, learning_rate=0.003 + n / 1e4) for n in range(count)]


def test_a_jump_is_the_typical_step_after_the_first_epochs() -> None:
    assert jump([0.1, 0.5, 0.8, *[0.9, 0.92] * 4]) is not None
    assert round(jump([0.1, 0.5, 0.8, *[0.9, 0.92] * 4]) or 0, 6) == 0.02
    assert jump([0.9, 0.8] * 4) is None  # four steps are too few


def test_without_trials_to_look_at_the_usual_is_suggested() -> None:
    assert advice(STEADY, SPEC, [], LESSON) == (USUAL, None)
    assert advice(STEADY, SPEC, rates(0.006, 0.031, 3), LESSON) == (USUAL, None)


def test_what_the_trials_show_comes_with_the_evidence() -> None:
    own = {**LESSON, "learning_rate": 0.004}
    assert advice(STEADY, SPEC, rates(0.006, 0.031), own) == (
        "Try a lower learning rate.",
        "Of 40 trials in this study, the 20 with a learning rate under 0.003 typically jump by "
        "0.6 pp from epoch to epoch, the 20 with 0.003 or more 3.1 pp; their typical test accuracy "
        "is 95.94 and 95.69 %.",
    )


def test_an_entry_that_has_it_already_is_not_told_so() -> None:
    suggestion, evidence = advice(
        STEADY, SPEC, rates(0.006, 0.031), {**LESSON, "learning_rate": 0.001}
    )
    assert (suggestion, evidence) == ("Try larger batches.", None)


def test_what_the_trials_speak_against_is_not_suggested() -> None:
    own = {**LESSON, "batch_size": 256}
    assert advice(STEADY, SPEC, rates(0.031, 0.006), own) == (None, None)


def test_it_is_said_where_the_usual_made_no_difference() -> None:
    trials = [
        jumping(
            0.02 + (n * 7 % 10) / 1000, learning_rate=0.001 + n / 1e4, batch_size=2 ** (5 + n % 4)
        )
        for n in range(40)
    ]
    assert advice(STEADY, SPEC, trials, LESSON) == (
        USUAL,
        "In 40 trials of this study that made no clear difference.",
    )


def test_a_switch_has_words_of_its_own() -> None:
    trials = [jumping(0.006 + n / 1e5, batch_norm=False) for n in range(7)]
    trials += [jumping(0.031 + n / 1e5, batch_norm=True) for n in range(33)]
    suggestion, evidence = advice(STEADY, SPEC, trials, LESSON)
    assert suggestion == "Try no BatchNorm."
    assert evidence is not None
    assert evidence.startswith(
        "Of 40 trials in this study, the 7 without BatchNorm typically jump by 0.6 pp from epoch "
        "to epoch, the 33 with it 3.1 pp; "
    )
    assert advice(STEADY, SPEC, trials, {**LESSON, "batch_norm": False}) == (USUAL, None)


def test_a_value_at_its_end_goes_no_further() -> None:
    own = {**LESSON, "dropout": 0.6, "width": 32}
    assert advice(GAP, SPEC, [], own) == (None, None)
    assert advice(GAP, SPEC, [], {**own, "width": 33})[0] == (
        "Try fewer units, which are fewer parameters."
    )
