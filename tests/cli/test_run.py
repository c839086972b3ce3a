"""`run`, `init` and `data` on the command line.

Covers `cli/searching.py`, and `storage/defaults.py`, which they search in unless told otherwise.
"""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from har_search.data import locate as locate_module
from har_search.data.download import Archive
from tests.conftest import QUICK_FILE, Ran

HarSearch = Callable[..., Ran]


@pytest.fixture
def run(har_search: HarSearch, quick_file: str, uci_folder: Path) -> HarSearch:
    """Run the quick study on the small data set."""

    def run(*arguments: object) -> Ran:
        chosen = ("--study", quick_file, "--data", uci_folder, "--workers", 1)
        return har_search("run", *chosen, *arguments)

    return run


def test_a_run_shows_data_study_trials_and_standings(
    run: HarSearch, har_search: HarSearch, tmp_path: Path
) -> None:
    ran = run("--trials", 4, "--student", "zoe", "--seed", 1)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0].startswith("data   uci-har ")
    assert lines[1].startswith("study  quick")
    assert lines[2] == "search 1 worker"
    assert [line.split(" trial")[0] for line in lines[3:7]] == ["1/4", "2/4", "3/4", "4/4"]
    assert "trial 0 complete: test " in lines[3]
    assert "Track A: no entry yet" in ran.out
    assert "The study has its 4 trials." in ran.out
    assert re.search(r"^  har-search show [0-3] --study quick$", ran.out, re.MULTILINE)
    assert "\x1b" not in ran.out  # plain where it is no terminal
    assert (tmp_path / "har-search.db").exists()
    rows = json.loads(har_search("leaderboard", "--format", "json").out)
    assert len(rows) == 4
    assert {row["student"] for row in rows} == {"zoe"}


def test_a_name_that_cannot_be_written_makes_no_database(run: HarSearch, tmp_path: Path) -> None:
    ran = run("--trials", 1, "--student", "caf\udce9")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: the student's name caf\\xe9 holds")
    assert not (tmp_path / "har-search.db").exists()


def test_a_finished_study_says_so_and_a_larger_one_goes_on(run: HarSearch) -> None:
    assert run("--trials", 1).code == 0
    again = run("--trials", 1)  # which starts no worker
    assert again.code == 0
    assert "/1 trial" not in again.out
    assert "The study has its 1 trial." in again.out
    assert "2/2 trial 1" in run("--trials", 2).out


def test_settings_come_from_the_environment(
    har_search: HarSearch, quick_file: str, uci_zip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "STUDY": quick_file,
        "DATA": str(uci_zip),
        "TRIALS": "1",
        "STUDENT": "env",
        "STORAGE": "sqlite:///env.db",
    }.items():
        monkeypatch.setenv(f"HAR_SEARCH_{name}", value)
    assert "The study has its 1 trial." in har_search("run").out
    assert " env " in har_search("leaderboard").out


def test_without_network_nobody_can_miss_that_the_data_are_simulated(
    har_search: HarSearch, quick_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = Archive("http://127.0.0.1:9/data.zip", 1, "0" * 64)
    monkeypatch.setattr(locate_module, "UCI_ARCHIVES", (nowhere,))
    ran = har_search("run", "--study", quick_file, "--trials", 1)
    assert ran.code == 0
    assert "These are SIMULATED data, not the homework's." in ran.err
    assert "study  quick-simulated" in ran.out
    assert "har-search confirm --study quick-simulated" in ran.out
    refused = har_search("run", "--study", quick_file, "--data", "uci")
    assert refused.code == 1
    assert refused.err.startswith("error: the data set could not be downloaded")


def bad_data(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_text("no zip")


def unknown_key(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(QUICK_FILE.replace("learning_rate", "lerning_rate"))


def nothing(tmp_path: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("prepare", "arguments", "code", "message"),
    [
        (nothing, ["--trials", "0"], 2, "Invalid value for '--trials'"),
        (nothing, ["--trials", "-5"], 2, "Invalid value for '--trials'"),
        (nothing, ["--trials", "many"], 2, "Invalid value for '--trials'"),
        (nothing, ["--timeout", "soon"], 2, "'soon' is no duration; write 90s, 10m or 1h30m"),
        (nothing, ["--timeout", "-1"], 2, "must be longer than 0"),
        (nothing, ["--workers", "many"], 2, "'many' is neither auto nor a number from 1 on"),
        (nothing, ["--workers", "0"], 2, "'0' is neither auto nor a number from 1 on"),
        (nothing, ["--until", "C"], 1, "--until C: the study's tracks are A, B"),
        (nothing, ["--device", "abacus"], 2, "Invalid value for '--device'"),
        (nothing, ["--data", "nowhere.zip"], 1, "nowhere.zip: no such file or folder"),
        (bad_data, ["--data", "bad.zip"], 1, "bad.zip: not a whole zip file"),
        (unknown_key, ["--study", "bad.toml"], 1, "did you mean 'learning_rate'"),
        (nothing, ["--study", "homwork"], 1, "did you mean 'homework'"),
        (nothing, ["--storage", "har-search.db"], 1, "not a database URL"),
        (nothing, ["--storage", "sqlite:///gone/x.db"], 1, "unable to open database file"),
        (
            nothing,
            ["--storage", "postgresql+psycopg://ann:secret@127.0.0.1:1/x"],
            1,
            "ann:***@127.0.0.1:1/x: connection",
        ),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    run: HarSearch,
    tmp_path: Path,
    prepare: Callable[[Path], None],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    prepare(tmp_path)
    before = sorted(tmp_path.iterdir())
    ran = run(*arguments)
    assert ran.code == code
    (line,) = [line for line in ran.err.splitlines() if "parsing the data set" not in line]
    assert line.startswith("error: ")
    assert message in line
    assert "secret" not in line
    assert sorted(tmp_path.iterdir()) == before


def test_a_study_resumed_with_another_search_space_or_data_is_refused(
    run: HarSearch, har_search: HarSearch, quick_file: str, uci_folder: Path, tmp_path: Path
) -> None:
    assert har_search("init", "--study", quick_file, "--data", uci_folder).code == 0
    wider = tmp_path / "wider.toml"
    wider.write_text(QUICK_FILE.replace("high = 32", "high = 64"))
    ran = har_search("run", "--study", wider, "--data", uci_folder, "--trials", 2)
    assert ran.code == 1
    assert "search.width: {'low': 8, 'high': 32, 'log': False} →" in ran.err
    copy = Path(shutil.copytree(uci_folder, tmp_path / "copy"))
    labels = (copy / "test" / "y_test.txt").read_text().splitlines()
    (copy / "test" / "y_test.txt").write_text("\n".join(reversed(labels)) + "\n")
    ran = run("--trials", 2, "--data", copy)
    assert ran.code == 1
    assert "error: the study 'quick' is another one: data: uci-har" in ran.err
    assert har_search("init", "--study", quick_file, "--data", uci_folder).code == 0


def test_init_makes_the_study_and_a_join_needs_only_its_name(
    har_search: HarSearch, quick_file: str, uci_folder: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        ran = har_search("init", "--study", quick_file, "--data", uci_folder)
        assert ran.out == "study quick is ready in sqlite:///har-search.db: 0 finished trials\n"
    Path(quick_file).unlink()
    joined = har_search("init", "--study", "quick", "--data", uci_folder)
    assert joined.code == 0
    unknown = har_search("init", "--study", "quikc", "--data", uci_folder)
    assert (unknown.code, unknown.out) == (1, "")
    assert "no study named 'quikc'" in unknown.err


def test_a_simulated_study_is_joined_with_simulated_data(
    har_search: HarSearch, quick_file: str
) -> None:
    assert har_search("init", "--study", quick_file, "--data", "simulated").code == 0
    joined = har_search("init", "--study", "quick-simulated")
    assert "study quick-simulated is ready" in joined.out


@pytest.mark.parametrize(
    ("password", "message"),
    [("", "needs its password in HAR_SEARCH_READER_PASSWORD"), ("x", "other databases have none")],
)
def test_a_reader_needs_postgresql_and_a_password(
    har_search: HarSearch,
    quick_file: str,
    uci_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    password: str,
    message: str,
) -> None:
    monkeypatch.setenv("HAR_SEARCH_READER_PASSWORD", password)
    ran = har_search("init", "--study", quick_file, "--data", uci_folder, "--reader", "eve")
    assert ran.code == 1
    assert message in ran.err
