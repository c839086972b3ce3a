from dataclasses import replace

from har_search.board.columns import COLUMNS, shown_columns
from har_search.board.standings import Leaderboard
from har_search.challenge.confirmed import ConfirmedSummary


def test_every_column_says_what_it_is() -> None:
    assert len({column.key for column in COLUMNS}) == len(COLUMNS)
    for column in COLUMNS:
        assert column.explanation
        assert column.left == ("number" not in column.classes.split())
    ascending = {column.sort: column.ascending for column in COLUMNS if column.sort}
    assert ascending == {
        "newest": False,
        "test": False,
        "gap": True,
        "score": False,
        "parameters": True,
    }


def test_columns_that_say_nothing_are_left_out_unless_kept(board: Leaderboard) -> None:
    keys = [column.key for column in shown_columns(board.standings, without=["parameters"])]
    assert not {"study", "test_accuracy_sd", "inputs", "confirmed", "parameters"} & {*keys}
    kept = [column.key for column in shown_columns(board.standings, keep=["study", "inputs"])]
    assert [each for each in kept if each not in ("study", "inputs", "parameters")] == keys
    first = board.standings[0]
    summary = ConfirmedSummary(3, 0.97, 0.001, 0.01, 0.002, {"A": "holds", "B": "undecided"})
    confirmed = replace(first, study="other", confirmed=summary, inputs="person", replicas=2)
    columns = {each.key: each for each in shown_columns([first, confirmed])}
    assert list(columns) == [column.key for column in COLUMNS]
    assert columns["confirmed"].text(confirmed) == "97.00 ± 0.10 (3)"
    assert columns["confirmed"].text(first) == ""
    assert columns["inputs"].text(confirmed) == "calibrated"
    assert columns["tracks"].text(confirmed) == "A holds, B undecided"
    assert columns["trial"].text(replace(first, pruned=True)) == "†1"
