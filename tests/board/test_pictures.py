"""Pictures are drawn from what is known, in both themes, with units; their looks are for eyes."""

import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from har_search.board import pictures
from har_search.board.colours import THEMES
from har_search.board.status import Point
from har_search.challenge.figures import Curve
from har_search.challenge.rules import HOMEWORK_TRACKS

CURVE = Curve([0.5, 0.2], [0.8, 0.95], [0.9, 0.96], [0.92, None])
CONFUSION = [[9 if row == column else row for column in range(6)] for row in range(6)]


def text_of(svg: bytes) -> str:
    return " ".join(text.strip() for text in ET.fromstring(svg).itertext() if text.strip())


@pytest.mark.parametrize("name", THEMES)
def test_a_learning_curve_marks_its_checkpoint(name: str) -> None:
    drawn = pictures.svg(pictures.draw_learning_curve(CURVE, 2, THEMES[name]))
    text = text_of(drawn)
    assert "checkpoint: epoch 2" in text
    assert "accuracy, %" in text
    assert THEMES[name].ink in drawn.decode()


def test_a_confusion_matrix_names_activities_and_counts_windows() -> None:
    text = text_of(pictures.svg(pictures.draw_confusion_matrix(CONFUSION)))
    assert text.count("walking upstairs") == 2
    assert text.count("9") == 6
    assert "test windows" in text


@pytest.mark.parametrize(
    "points", [[], [Point(0.97, 0.01), Point(0.2, 0.5), Point(0.96, 0.03, True)]]
)
def test_accuracy_against_gap_names_tracks_and_what_is_left_out(points: list[Point]) -> None:
    text = text_of(pictures.svg(pictures.draw_accuracy_against_gap(points, HOMEWORK_TRACKS)))
    assert "track A" in text
    assert "track B" in text
    assert "gap, pp" in text
    assert ("1 more outside" in text) == bool(points)
    assert ("the lesson's network" in text) == bool(points)


def test_ten_thousand_trials_make_a_small_picture() -> None:
    points = [Point(0.9 + (n % 83) / 1000, (n % 71) / 1000) for n in range(10_000)]
    drawn = pictures.svg(pictures.draw_accuracy_against_gap(points, HOMEWORK_TRACKS))
    assert len(drawn) < 150_000


def test_the_same_picture_has_the_same_bytes() -> None:
    one, two = (pictures.svg(pictures.draw_learning_curve(CURVE, 1)) for _ in range(2))
    assert one == two


def _drawing(name: str, narrow: bool) -> bytes:
    palette = THEMES[name]
    points = [Point(0.95 + each / 2000, each / 1000, each == 3) for each in range(60)]
    figures = [
        pictures.draw_learning_curve(CURVE, 2, palette, narrow=narrow),
        pictures.draw_confusion_matrix(CONFUSION, palette, narrow=narrow),
        pictures.draw_accuracy_against_gap(points, HOMEWORK_TRACKS, palette, narrow=narrow),
    ]
    return b"".join([*map(pictures.svg, figures), *map(pictures.png, figures)])


def test_eight_threads_draw_what_one_draws_alone() -> None:
    kinds = [(name, narrow) for name in THEMES for narrow in (False, True)]
    alone = [_drawing(*kind) for kind in kinds]
    start = threading.Barrier(8)

    def draw(kind: tuple[str, bool]) -> bytes:
        start.wait(60)
        return _drawing(*kind)

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(draw, kinds * 2))
    assert together == alone * 2


def test_a_picture_is_in_its_own_colours_whatever_the_process_has_set() -> None:
    alone = _drawing("dark", narrow=False)
    with mpl.rc_context({"text.color": "red", "xtick.color": "red", "font.size": 30}):
        assert _drawing("dark", narrow=False) == alone


def test_a_trial_has_the_colours_of_its_tracks() -> None:
    both, second, none = Point(0.98, 0.01), Point(0.98, 0.03), Point(0.95, 0.03)
    palette = THEMES["light"]
    shown = {
        point: pictures.svg(pictures.draw_accuracy_against_gap([point], HOMEWORK_TRACKS, palette))
        for point in (both, second, none)
    }
    marks = {
        point: re.findall(r"<use [^>]*style=\"([^\"]*)", text.decode())
        for point, text in shown.items()
    }
    assert f"fill: {palette.tracks[0]}; stroke: {palette.tracks[1]}" in " ".join(marks[both])
    assert f"fill: {palette.tracks[1]}" in " ".join(marks[second])
    assert f"fill: {palette.other}" in " ".join(marks[none])


def test_a_narrow_picture_fits_a_telephone_and_can_be_read() -> None:
    drawn = [
        pictures.draw_learning_curve(CURVE, 2, narrow=True),
        pictures.draw_confusion_matrix(CONFUSION, narrow=True),
        pictures.draw_accuracy_against_gap([Point(0.97, 0.01)], HOMEWORK_TRACKS, narrow=True),
    ]
    for figure in drawn:
        assert 96 * figure.get_figwidth() <= 340  # CSS pixels
        for size in re.findall(
            r"font(?:-size)?: ?(?:bold )?([\d.]+)px", pictures.svg(figure).decode()
        ):
            assert float(size) * 4 / 3 >= 11  # its units are points


@pytest.mark.parametrize("narrow", [False, True])
def test_both_axes_of_accuracy_against_gap_are_named_within_the_picture(narrow: bool) -> None:
    points = [Point(0.9576, 0.028, False), Point(0.9708, 0.0159, False)]  # steps of 0.25 %
    figure = pictures.draw_accuracy_against_gap(points, HOMEWORK_TRACKS, narrow=narrow)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    (axes,) = figure.axes
    assert "97.25" in [each.get_text() for each in axes.get_yticklabels()]
    for label in (axes.xaxis.label, axes.yaxis.label):
        place = label.get_window_extent(canvas.get_renderer())
        assert place.x0 >= 0
        assert place.y0 >= 0


def test_a_png_is_one() -> None:
    image = Image.open(io.BytesIO(pictures.png(pictures.draw_learning_curve(CURVE, 1))))
    assert image.format == "PNG"
    assert image.width > 800
