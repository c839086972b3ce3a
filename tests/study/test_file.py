"""Study files: what they may say, and what is refused, by file and key.

Covers `study/spec.py` and `study/shipped.py`, too.
"""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from har_search.challenge.rules import HOMEWORK_TRACKS
from har_search.errors import StudyFileError
from har_search.study.file import load_spec, parse_spec
from har_search.study.shipped import shipped_studies
from har_search.study.spec import HYPERPARAMETERS, LESSON, Range

MINE = '[study]\nname = "mine"\n[search]\nwidth = [8, 16]\n'
MINIMAL = {"study": {"name": "mine"}, "search": {"width": {"low": 8, "high": 16}}}
SEVERAL = {
    "training": {"replicas": 4},
    "score": {"epoch": "last"},
    "pruner": {"name": "wilcoxon", "p_threshold": 0.2, "startup_replicas": 3},
}


def test_the_shipped_studies_are_valid_and_named_after_their_files() -> None:
    assert set(shipped_studies()) >= {"homework", "lesson", "wide"}
    for name in shipped_studies():
        assert load_spec(name).name == name


@pytest.mark.parametrize("name", ["homework", "lesson", "robust", "wide", "calibrated"])
def test_a_spec_survives_its_tables(name: str) -> None:
    spec = load_spec(name)
    assert parse_spec(spec.tables(), "tables") == spec
    assert spec.differences(parse_spec(spec.tables(), "tables")) == []


@pytest.mark.parametrize("name", ["homework", "lesson"])
def test_the_homework_studies_sample_the_five_hyperparameters(name: str) -> None:
    five = {"width", "dropout", "batch_norm", "learning_rate", "batch_size"}
    assert set(load_spec(name).search) == five


def test_wide_samples_everything() -> None:
    assert set(load_spec("wide").search) == set(HYPERPARAMETERS)


def test_every_hyperparameter_is_fixed_or_searched_once() -> None:
    for name in shipped_studies():
        spec = load_spec(name)
        assert spec.recipe.keys() | spec.search.keys() == HYPERPARAMETERS.keys()
        assert not spec.recipe.keys() & spec.search.keys()


def test_what_a_file_leaves_out_keeps_the_lessons_value() -> None:
    spec = parse_spec(MINIMAL, "mine.toml")
    assert spec.recipe == {name: value for name, value in LESSON.items() if name != "width"}
    assert spec.tracks == HOMEWORK_TRACKS
    assert spec.search["width"] == Range(8, 16)


def test_the_lesson_is_always_tried_first() -> None:
    spec = parse_spec({**MINIMAL, "start": [{"name": "big", "width": 16}]}, "mine.toml")
    assert [start.name for start in spec.starts] == ["lesson", "big"]
    assert spec.starts[0].values == LESSON


def test_a_path_is_read_and_a_mistyped_name_corrected(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE)
    assert load_spec(str(path)).search["width"] == (8, 16)
    with pytest.raises(StudyFileError, match="did you mean 'homework'"):
        load_spec("homewrok")


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyFileError, match=r"gone\.toml: cannot be read"):
        load_spec(str(tmp_path / "gone.toml"))
    path = tmp_path / "broken.toml"
    path.write_text("[study\n")
    with pytest.raises(StudyFileError, match=r"broken\.toml: not a valid TOML file"):
        load_spec(str(path))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a = " + "[" * 100_000, "nested too deep"),
        ("a = " + "{a = " * 100_000, "nested too deep"),
        (f"{MINE}[recipe]\ndropout{'.a' * 3000} = 1\n", "nested too deep"),
        (f"a = {'1' * 5000}", "not a valid TOML file"),
        (f"{MINE}[training]\nepochs = 0x{'f' * 5000}\n", "not a valid TOML file"),
        (f"{MINE}[recipe]\ndropout = 1{'0' * 400}\n", "not a valid TOML file"),
        (b"\xff", "not a valid TOML file"),
    ],
)
def test_a_file_that_no_parser_can_take_is_named(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    path = tmp_path / "odd.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(StudyFileError, match=rf"odd\.toml: .*{message}"):
        load_spec(str(path))


def test_tracks_that_differ_in_capitals_alone_are_refused_in_a_file(tmp_path: Path) -> None:
    """They would share one attribute key. What a database holds already is read all the same."""
    path = tmp_path / "two.toml"
    tracks = '[[track]]\nname = "A"\ntest_accuracy_above = 0.9\n'
    path.write_text(MINE + tracks + tracks.replace('"A"', '"a"'))
    with pytest.raises(StudyFileError, match=r"two\.toml: \[\[track\]\] name: 'A' and 'a' are the"):
        load_spec(str(path))
    assert len(parse_spec(tomllib.loads(path.read_text()), "stored").tracks) == 2


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"serach": {}}, r"\[serach\]: unknown key; did you mean 'search'"),
        ({"search": {"lerning_rate": [0.1]}}, r"lerning_rate: unknown key.*'learning_rate'"),
        ({"recipe": {"dropuot": 0.1}}, r"\[recipe\] dropuot: unknown key.*'dropout'"),
        ({"recipe": {"schedule": "cosine"}}, r"\[recipe\] schedule: unknown key"),
        ({"training": {"epoch": 3}}, r"\[training\] epoch: unknown key.*'epochs'"),
        ({"data": {"standardise": "person"}}, r"\[data\] standardise: unknown key.*'standardize'"),
        ({"data": {"standardize": "persons"}}, r"\[data\] standardize: must be one of.*'person'"),
        ({"data": {"standardize": True}}, r"\[data\] standardize: must be text"),
        ({"training": {"epochs": 0}}, r"\[training\] epochs: must be from 1"),
        ({"training": {"epochs": 2.5}}, r"\[training\] epochs: must be a whole number"),
        ({"training": {"optimizer": "adma"}}, r"optimizer: must be one of adam, adamw.*'adam'"),
        ({"training": 3}, r"\[training\]: must be a table"),
        ({"study": {}}, r"\[study\] name: missing"),
        ({"study": {"name": " "}}, r"\[study\] name: empty"),
        ({"study": {"name": 3}}, r"\[study\] name: must be text"),
        ({"search": {}}, r"\[search\]: empty"),
        ({"search": {"width": 3}}, r"width: must be \{ low = …, high = … \} or"),
        ({"search": {"width": {"low": 3}}}, r"width: high is missing"),
        ({"search": {"width": {"low": 3, "high": 9, "logg": True}}}, r"width logg: unknown key"),
        ({"search": {"width": {"low": 64, "high": 32}}}, r"low \(64\) must be below high \(32\)"),
        ({"search": {"width": {"low": 8, "high": 32.5}}}, r"width.high: must be a whole number"),
        ({"search": {"width": {"low": 8, "high": True}}}, r"width.high: must be a whole number"),
        ({"search": {"width": []}}, r"an empty list of choices"),
        ({"search": {"width": [8, 8]}}, r"a choice appears twice"),
        ({"search": {"dropout": {"low": 0.0, "high": 1.5}}}, r"dropout.high: must be from 0 to"),
        ({"search": {"dropout": {"low": float("nan"), "high": 0.5}}}, r"must be from 0"),
        ({"search": {"dropout": {"low": 0, "high": 0.5, "log": True}}}, r"must start above 0"),
        (
            {"search": {"width": {"low": 8, "high": 16, "log": True, "step": 2}}},
            r"a logarithmic range has no step",
        ),
        ({"search": {"batch_norm": {"low": 0, "high": 1}}}, r"batch_norm: must be \[choice, …\]"),
        ({"search": {"batch_norm": ["yes"]}}, r"batch_norm: must be true or false"),
        ({"search": {"schedule": ["cosin"]}}, r"schedule: must be one of.*'cosine'"),
        ({"recipe": {"width": 64}}, r"\[search\] width: also fixed"),
        ({"score": {"gap_limit": "2"}}, r"\[score\] gap_limit: must be a number"),
        ({"track": {"name": "A"}}, r"must be written with double brackets"),
        ({"track": [{"test_accuracy_above": 0.9}]}, r"\[\[track\]\] name: missing"),
        ({"track": [{"name": "A"}]}, r"test_accuracy_above: missing"),
        ({"track": [{"name": "A", "test_accuracy_above": 96}]}, r"must be from 0 to 1"),
        ({"track": [{"name": "A B", "test_accuracy_above": 0.9}]}, r"must be letters"),
        ({"start": [{"name": "x"}, {"name": "x"}]}, r"'x' appears twice"),
        ({"start": [{"name": "x", "width": 99}]}, r"x.width: 99 is outside \[search\]"),
        ({"start": [{"name": "x", "wdth": 9}]}, r"wdth: unknown key.*'width'"),
        ({"sampler": {"name": "tep"}}, r"\[sampler\] name: must be one of.*did you mean 'tpe'"),
        ({"sampler": {"name": "random", "startup_trials": 3}}, r"startup_trials: unknown key"),
        ({"pruner": {"name": "median", "interval": 0}}, r"\[pruner\] interval: must be from 1"),
        ({"pruner": {"name": "median", "p_threshold": 0.1}}, r"p_threshold: unknown key"),
        ({"pruner": {"name": "wilcoxon"}}, r"compares seeds; give \[training\] replicas"),
        ({"score": {"epoch": "first"}}, r"\[score\] epoch: must be one of best, last"),
        ({"training": {"replicas": 0}}, r"\[training\] replicas: must be from 1 to 64"),
        ({"training": {"replicas": 2.0}}, r"\[training\] replicas: must be a whole number"),
        ({"training": {"replicas": 2}}, r"replicas: .*give \[score\] epoch = \"last\""),
        (
            {"training": {"replicas": 2}, "score": {"epoch": "last"}},
            r"\[pruner\] name: median compares epochs; .* wilcoxon or none",
        ),
        (
            {**SEVERAL, "pruner": {"name": "wilcoxon", "p_threshold": 1.5}},
            r"\[pruner\] p_threshold: must be from 0 to 1, not 1.5",
        ),
    ],
)
def test_nonsense_is_refused_by_file_and_key(tables: dict, message: str) -> None:
    with pytest.raises(StudyFileError, match=message) as caught:
        parse_spec({**MINIMAL, **tables}, "mine.toml")
    assert str(caught.value).startswith("mine.toml: ")


def test_a_study_of_an_earlier_version_standardises_nothing() -> None:
    tables = parse_spec(MINIMAL, "x").tables()
    assert tables.pop("data") == {"standardize": "none"}
    earlier = parse_spec(tables, "x")
    assert earlier == parse_spec(MINIMAL, "x")
    calibrated = parse_spec({**MINIMAL, "data": {"standardize": "person"}}, "x")
    assert earlier.differences(calibrated) == ["data.standardize: none → person"]


@given(low=st.integers(6, 8191), high=st.integers(6, 8192))
def test_a_range_is_taken_exactly_where_low_is_below_high(low: int, high: int) -> None:
    tables = {**MINIMAL, "search": {"width": {"low": low, "high": high}}}
    if low < high:
        assert parse_spec(tables, "x").search["width"] == Range(low, high)
    else:
        with pytest.raises(StudyFileError):
            parse_spec(tables, "x")


def test_seeds_and_epoch_survive_the_tables_and_set_studies_apart() -> None:
    several = parse_spec({**MINIMAL, **SEVERAL}, "mine.toml")
    assert (several.replicas, several.scored_epoch) == (4, "last")
    assert parse_spec(several.tables(), "tables") == several
    changes = parse_spec(MINIMAL, "mine.toml").differences(several)
    assert "training.replicas: 1 → 4" in changes
    assert "score.epoch: best → last" in changes


def test_what_an_earlier_version_stored_is_one_seed_at_its_best_epoch() -> None:
    spec = parse_spec(MINIMAL, "mine.toml")
    stored = spec.tables()
    del stored["training"]["replicas"], stored["score"]["epoch"]
    assert parse_spec(stored, "study 'mine'") == spec
    assert (spec.replicas, spec.scored_epoch) == (1, "best")


def test_where_the_last_epoch_counts_only_a_pruner_by_epochs_looks_before_it() -> None:
    last = {**MINIMAL, "training": {"epochs": 4}, "score": {"epoch": "last"}}
    looks = {"none": [4], "median": [1, 2, 3, 4]}
    for name, epochs in looks.items():
        spec = parse_spec({**last, "pruner": {"name": name}}, "mine.toml")
        assert [epoch for epoch in range(1, 5) if spec.reports(epoch)] == epochs


def test_differences_name_table_key_and_both_values() -> None:
    before = parse_spec(MINIMAL, "x")
    after = parse_spec({**MINIMAL, "training": {"epochs": 7}, "study": {"name": "new"}}, "x")
    assert before.differences(after) == ["study.name: mine → new", "training.epochs: 20 → 7"]
    described = {**MINIMAL, "study": {"name": "mine", "description": "other words"}}
    assert before.differences(parse_spec(described, "x")) == []
