"""Pictures are drawn from what is known, in both themes, with units; their looks are for eyes."""

import io
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from har_search.board import pictures
from har_search.board.status import Point
from har_search.challenge.figures import Curve
from har_search.challenge.rules import HOMEWORK_TRACKS

CURVE = Curve([0.5, 0.2], [0.8, 0.95], [0.9, 0.96], [0.92, None])
CONFUSION = [[9 if row == column else row for column in range(6)] for row in range(6)]


def text_of(svg: bytes) -> str:
    return " ".join(text.strip() for text in ET.fromstring(svg).itertext() if text.strip())


@pytest.mark.parametrize("name", pictures.THEMES)
def test_a_learning_curve_marks_its_checkpoint(name: str) -> None:
    drawn = pictures.svg(pictures.draw_learning_curve(CURVE, 2, pictures.THEMES[name]))
    text = text_of(drawn)
    assert "checkpoint: epoch 2" in text
    assert "accuracy, %" in text
    assert pictures.THEMES[name].ink in drawn.decode()


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


def test_a_png_is_one() -> None:
    image = Image.open(io.BytesIO(pictures.png(pictures.draw_learning_curve(CURVE, 1))))
    assert image.format == "PNG"
    assert image.width > 800
