from har_search.board.colours import THEMES
from har_search.board.curves import draw_learning_curves
from har_search.board.pictures import svg
from har_search.challenge.figures import Curve


def test_both_curves_are_in_one_picture() -> None:
    first = Curve([1.0, 0.5], [0.8, 0.9], [0.7, 0.97], [None, 0.98])
    second = Curve([1.0, 0.5, 0.4], [0.8, 0.9, 0.9], [0.5, 0.9, 0.95], [None, None, None])
    for theme in THEMES.values():
        named = [("trial 1", first, 2), ("trial 2", second, 0)]
        figure = draw_learning_curves(named, theme)
        (axes,) = figure.axes
        bottom, top = axes.get_ylim()
        assert bottom <= 50
        assert top > 100
        text = svg(figure).decode()
        for word in ("trial 1, test", "trial 2, test", "train, evaluated", "checkpoint"):
            assert word in text
    assert svg(draw_learning_curves([])).startswith(b"<?xml")
