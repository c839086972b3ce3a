from dataclasses import replace

from har_search.board.comparison import Line, side_by_side
from har_search.board.standings import Leaderboard
from har_search.challenge.confirmed import ConfirmedSummary
from har_search.study.spec import HYPERPARAMETERS


def lines(board: Leaderboard, confirmed: ConfirmedSummary | None = None) -> dict[str, Line]:
    first, second = board.standings
    parts = side_by_side(replace(first, confirmed=confirmed), second)
    return {f"{part.title}: {line.name}": line for part in parts for line in part.lines}


def test_what_differs_is_known(board: Leaderboard) -> None:
    found = lines(board)
    assert found["figures: test accuracy %"] == Line("test accuracy %", "97.61", "91.23")
    assert found["figures: gap pp"] == Line("gap pp", "1.99", "8.00")
    assert found["figures: tracks"] == Line("tracks", "A, B", "none")
    assert found["figures: test accuracy %"].differs
    assert not found["figures: epoch"].differs
    assert not found["with fresh seeds: fresh seeds"].differs
    assert found["configuration: BatchNorm"].first in ("yes", "no")
    assert found["configuration: inputs"] == Line("inputs", "as they are", "as they are")
    configuration = [name for name in found if name.startswith("configuration")]
    assert len(configuration) == len(HYPERPARAMETERS) + 1


def test_confirmed_figures_stand_with_their_verdicts(board: Leaderboard) -> None:
    summary = ConfirmedSummary(10, 0.949, 0.01, 0.02, 0.001, {"A": "fails", "B": "fails"})
    found = lines(board, summary)
    assert found["with fresh seeds: fresh seeds"] == Line("fresh seeds", "10", "none yet")
    assert found["with fresh seeds: test accuracy %"] == Line(
        "test accuracy %", "94.90 ± 1.00", "–"
    )
    assert found["with fresh seeds: track A"] == Line("track A", "fails", "–")
