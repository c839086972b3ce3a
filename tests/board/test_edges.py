"""Ends of ranges where the best trials lie: more than luck puts there, and not at a limit."""

from har_search.board.edges import edges
from har_search.board.evidence import Neighbour
from har_search.study.file import load_spec
from har_search.study.spec import LESSON, Value

SPEC = load_spec("homework")  # learning rate 0.0002 to 0.02, width 32 to 512, four batch sizes


def best(**values: list[Value]) -> list[Neighbour]:
    """Ten trials, with so many of each value; the rest lies in the middle."""
    trials = []
    for place in range(10):
        params = {**LESSON, "learning_rate": 0.002, "dropout": 0.3, "batch_size": 64}
        params |= {name: each[place] for name, each in values.items() if place < len(each)}
        trials.append(Neighbour(params, 0.95, 0.96, 0.02, 3, []))
    return trials


def test_six_of_ten_in_the_last_tenth_are_more_than_luck() -> None:
    assert edges(SPEC, best(learning_rate=[0.019] * 5)) == []
    assert edges(SPEC, best(learning_rate=[0.019] * 6)) == [
        (
            "learning_rate",
            "At an edge: the best trials lie at the upper end of what was searched for learning "
            "rate (0.0002 to 0.02).",
            "Let the study file allow larger values.",
            "6 of the 10 best trials lie there.",
        )
    ]


def test_an_entry_hears_of_it_where_it_lies_there_too() -> None:
    trials = best(width=[34] * 8)
    assert edges(SPEC, trials, {**LESSON, "width": 128}) == []
    ((name, sentence, suggestion, _),) = edges(SPEC, trials, {**LESSON, "width": 33})
    assert name == "width"
    assert sentence == (
        "At an edge: its width, 33, lies at the lower end of what was searched (32 to 512)."
    )
    assert suggestion == "Let the study file allow smaller values."


def test_of_four_choices_luck_takes_more() -> None:
    assert edges(SPEC, best(batch_size=[256] * 7)) == []
    ((name, *_),) = edges(SPEC, best(batch_size=[256] * 8))
    assert name == "batch_size"


def test_where_no_study_may_go_further_there_is_no_edge() -> None:
    assert edges(SPEC, best(dropout=[0.0] * 10)) == []  # less than none
    assert edges(SPEC, best(batch_norm=[False] * 10)) == []  # with and without is all there is


def test_without_best_trials_there_is_nothing_to_say() -> None:
    assert edges(SPEC, [], {**LESSON, "width": 512}) == []
