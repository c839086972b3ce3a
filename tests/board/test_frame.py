"""A picture of accuracy against gap shows where the trials are, and what the tracks ask."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from har_search.board.frame import frame
from har_search.board.status import Point
from har_search.challenge.rules import HOMEWORK_TRACKS, Track

FRACTION = st.floats(0, 1)
POINTS = st.lists(st.builds(Point, FRACTION, st.floats(-0.2, 1)), max_size=50)


def test_it_follows_the_trials() -> None:
    points = [Point(0.94 + each / 4000, 0.002 + each / 3125) for each in range(100)]
    edges = frame(points, HOMEWORK_TRACKS)
    assert -0.2 < edges.left < 0.3
    assert 3.3 < edges.right < 3.7
    assert 93.5 < edges.bottom < 94.1
    assert 97.5 < edges.top < 98.5


def test_a_few_trials_far_away_do_not_decide_it() -> None:
    near = [Point(0.965, 0.01 + each / 10_000) for each in range(98)]
    assert frame([*near, Point(0.2, 0.6)], HOMEWORK_TRACKS).right < 3
    assert frame([*near, Point(0.2, 0.6)], HOMEWORK_TRACKS).bottom > 90


def test_trials_that_are_all_far_away_are_shown() -> None:
    points = [Point(0.5, 0.3), Point(0.55, 0.35)]
    edges = frame(points, HOMEWORK_TRACKS)
    assert sum(edges.holds(100 * each.gap, 100 * each.test_accuracy) for each in points) >= 1
    assert edges.top > 97.5


@given(POINTS)
@pytest.mark.parametrize("tracks", [HOMEWORK_TRACKS, (Track("easy", 0.05, 0.9),), ()])
def test_it_has_an_extent_and_shows_the_bounds(
    tracks: tuple[Track, ...], points: list[Point]
) -> None:
    edges = frame(points, tracks)
    assert edges.left < edges.right
    assert edges.bottom < edges.top
    if points:
        for track in tracks:
            assert edges.bottom < 100 * track.test_accuracy_above < edges.top
            assert track.gap_below is None or edges.left < 100 * track.gap_below < edges.right


def test_more_trials_in_the_middle_leave_it_as_it_is() -> None:
    ends = [Point(0.95, 0.005), Point(0.975, 0.03)] * 5
    frames = [frame([*ends, *[Point(0.96, 0.02)] * many], HOMEWORK_TRACKS) for many in (0, 50, 90)]
    assert all(one == other for one, other in pairwise(frames))
