import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from har_search.board.standings import JSON_KEYS, Selection, leaderboard, study_names
from har_search.challenge.rules import HOMEWORK_TRACKS, Track
from har_search.storage.database import open_for_writing
from har_search.study.file import load_spec
from har_search.study.spec import LESSON, StudySpec
from tests.conftest import Entry

Fill = Callable[..., None]
ENTRIES = [
    Entry(0.9650, 0.030, "ann", parameters=300),  # 2: no track
    Entry(0.9700, 0.015, "bob", parameters=500),  # 3: A
    Entry(0.9760, 0.040, "ann", parameters=100),  # 4: B
    Entry(0.9770, 0.019, "cas", parameters=900),  # 5: A and B
    Entry(0.9700, 0.015, "cas", parameters=400),  # 6: A, smaller than 3
    Entry(0.9100, 0.001, "dee", pruned=True),  # 7: no track
]


@pytest.fixture
def lesson() -> StudySpec:
    return load_spec("lesson")


@pytest.fixture
def board_url(url: str, lesson: StudySpec, fill: Fill) -> str:
    fill(url, lesson, ENTRIES)
    return url


def accuracies_of(url: str, **selection: object) -> list[tuple[int, float]]:
    found = leaderboard(url, Selection(**selection)).standings  # type: ignore[arg-type]
    assert [each.rank for each in found] == list(range(1, len(found) + 1))
    return [(each.trial, each.test_accuracy) for each in found]


def first_trial(url: str) -> int:
    """The lesson's start was failed first, so entries count from 1."""
    return min(trial for trial, _ in accuracies_of(url))


def order(url: str, **selection: object) -> list[int]:
    first = first_trial(url)
    return [trial - first for trial, _ in accuracies_of(url, **selection)]


def test_ranks_by_score_unless_told_otherwise(board_url: str) -> None:
    assert order(board_url) == [3, 4, 1, 2, 0, 5]
    assert order(board_url, sort="test") == [3, 2, 4, 1, 0, 5]
    assert order(board_url, sort="gap") == [5, 4, 1, 3, 0, 2]


def test_a_track_ranks_by_accuracy_then_gap_then_size(board_url: str) -> None:
    assert order(board_url, track="A") == [3, 4, 1]
    assert order(board_url, track="b") == [3, 2]
    assert order(board_url, track="A", sort="gap") == [4, 1, 3]


def test_students_and_top_narrow_the_list(board_url: str) -> None:
    assert order(board_url, student="ann") == [2, 0]
    assert order(board_url, best_per_student=True) == [3, 1, 2, 5]
    assert order(board_url, best_per_student=True, track="A") == [3, 1]
    assert order(board_url, top=2) == [3, 4]
    assert order(board_url, student="nobody") == []


def test_each_track_has_its_leader_also_where_the_list_is_cut(board_url: str) -> None:
    first = first_trial(board_url)
    board = leaderboard(board_url, Selection(top=1, sort="gap"))
    assert len(board.standings) == 1
    leaders = {track: each.trial - first for track, each in board.leaders.items() if each}
    assert leaders == {"A": 3, "B": 3}
    assert board.finished == len(ENTRIES)
    ann = leaderboard(board_url, Selection(student="ann"))
    assert ann.leaders["A"] is None
    assert ann.leaders["B"] is not None


def test_a_standing_has_every_figure_exactly(board_url: str) -> None:
    board = leaderboard(board_url, Selection(top=1))
    (standing,) = board.standings
    row = standing.as_json()
    assert tuple(row) == JSON_KEYS
    assert row == {
        "rank": 1,
        "study": "lesson",
        "trial": row["trial"],
        "student": "cas",
        "test_accuracy": 0.977,
        "train_accuracy": 0.977 + 0.019,
        "gap": 0.019,
        "score": 0.977,
        "replicas": 1,
        "test_accuracy_sd": None,
        "first_test_accuracy": None,
        "first_train_accuracy": None,
        "tracks": ["A", "B"],
        "params": {
            **LESSON,
            "width": 128,
            "dropout": 0.1,
            "batch_norm": row["params"]["batch_norm"],
            "learning_rate": 0.0012345678901234567,
            "batch_size": row["params"]["batch_size"],
        },
        "epoch": 3,
        "epochs": 5,
        "parameters": 900,
        "seed": 7,
        "seconds": 1.5,
        "dataset": "uci-har",
        "standardize": "none",
        "confirmed": None,
    }
    assert isinstance(row["params"]["batch_norm"], bool)
    assert row["params"]["batch_size"] in (32, 64, 128, 256)
    json.dumps(row)


def test_without_a_study_simulated_ones_stay_out(url: str, lesson: StudySpec, fill: Fill) -> None:
    fill(url, lesson, [Entry(0.96)])
    fill(url, replace(lesson, name="other"), [Entry(0.97)])
    fill(url, replace(lesson, name="lesson-simulated"), [Entry(0.99)], dataset="simulated")
    assert [test for _, test in accuracies_of(url)] == [0.97, 0.96]
    assert [test for _, test in accuracies_of(url, study="lesson-simulated")] == [0.99]
    assert [test for _, test in accuracies_of(url, simulated=True)] == [0.99, 0.97, 0.96]
    assert study_names(url) == ["lesson", "lesson-simulated", "other"]


def test_names_that_could_break_sql_do_not(url: str, lesson: StudySpec, fill: Fill) -> None:
    spec = replace(lesson, name="it's; DROP TABLE trials --")
    student = 'Zoë O\'Neil %_ "quoted" <script>'
    fill(url, spec, [Entry(0.9, student=student)])
    (standing,) = leaderboard(url, Selection(study=spec.name, student=student)).standings
    assert (standing.study, standing.student) == (spec.name, student)


def test_own_tracks_are_known_by_their_names(url: str, lesson: StudySpec, fill: Fill) -> None:
    spec = replace(lesson, tracks=(*HOMEWORK_TRACKS, Track("tiny_gap", 0.5, 0.005)))
    fill(url, spec, [Entry(0.9, 0.001)])
    board = leaderboard(url)
    assert board.standings[0].tracks == ("tiny_gap",)
    assert [track for track, each in board.leaders.items() if each] == ["tiny_gap"]


def test_an_empty_database_has_empty_standings(postgresql_url: str, sqlite_url: str) -> None:
    with open_for_writing(sqlite_url):
        pass
    for url in (postgresql_url, sqlite_url):
        board = leaderboard(url)
        assert (board.standings, board.leaders, board.finished) == ((), {}, 0)
        assert study_names(url) == []


figures = st.builds(
    Entry,
    test=st.sampled_from([0.95, 0.961, 0.97, 0.976, 0.98]),
    gap=st.sampled_from([-0.01, 0.01, 0.019, 0.021, 0.05]),
    student=st.sampled_from(["ann", "bob"]),
    parameters=st.integers(1, 3),
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(entries=st.lists(figures, min_size=1, max_size=8))
def test_sql_ranks_as_the_rules_say(
    entries: list[Entry],
    lesson: StudySpec,
    fill: Fill,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder: Path = tmp_path_factory.mktemp("ranking")
    url = f"sqlite:///{folder / 'ranking.db'}"
    fill(url, lesson, entries)
    score = lesson.scoring.score

    def by_score(entry: Entry) -> tuple[float, float, int]:
        return (-score(entry.test, entry.gap), entry.gap, entry.parameters)

    def by_test(entry: Entry) -> tuple[float, float, int]:
        return (-entry.test, entry.gap, entry.parameters)

    def shown(**selection: object) -> list[tuple[float, float, int]]:
        found = leaderboard(url, Selection(**selection)).standings  # type: ignore[arg-type]
        return [(each.test_accuracy, each.gap, each.parameters) for each in found]

    def expected(
        chosen: list[Entry], key: Callable[[Entry], tuple[float, float, int]]
    ) -> list[tuple[float, float, int]]:
        return [(each.test, each.gap, each.parameters) for each in sorted(chosen, key=key)]

    assert shown() == expected(entries, by_score)
    for track in lesson.tracks:
        chosen = [each for each in entries if track.qualifies(each.test, each.gap)]
        assert shown(track=track.name) == expected(chosen, by_test)
        leader = leaderboard(url).leaders[track.name]
        if chosen:
            assert leader is not None
            assert leader.test_accuracy == min(chosen, key=by_test).test
        else:
            assert leader is None
    bests = [
        min((each for each in entries if each.student == student), key=by_score)
        for student in {each.student for each in entries}
    ]
    assert shown(best_per_student=True) == expected(bests, by_score)
