"""What several test files share: a search in this process, and ways to look at what it left."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import optuna
import torch
from torch import nn

from har_search.board.standings import Standing
from har_search.challenge.inputs import AS_THEY_ARE
from har_search.data.dataset import REAL, Dataset
from har_search.networks.mlp import MLPConfig
from har_search.search.events import EpochsTrained, Event
from har_search.search.job import Job
from har_search.search.study import prepare_study
from har_search.search.worker import work
from har_search.storage import artifacts
from har_search.storage.database import open_for_writing
from har_search.study.file import load_spec
from har_search.study.spec import LESSON, StudySpec

ROOT = Path(__file__).parents[1]
ELSEWHERE = "another-machine/0/1/0.00"  # a worker, as `machine.this_worker` names it


@dataclass
class Recorder:
    """Orders that remember what they were told, and stop or drain after so many events."""

    stop_after: int | None = None
    drain_after: int | None = None
    events: list[Event] = field(default_factory=list)
    stopped: bool = False

    def stop(self) -> bool:
        return self.stopped or len(self.events) == self.stop_after

    def drain(self) -> bool:
        return len(self.events) == self.drain_after

    def wait(self, seconds: float) -> None:
        self.stopped = True

    def tell(self, event: Event) -> None:
        if not isinstance(event, EpochsTrained):  # those follow the clock
            self.events.append(event)


def prepared(url: str, spec: StudySpec, dataset: Dataset) -> Job:
    """Prepare a study in the database, and return a job of three trials on it."""
    with open_for_writing(url) as storage:
        prepare_study(storage, spec.name, spec, dataset)
    return Job(
        url=url,
        study_name=spec.name,
        spec=spec,
        trials=3,
        student="ann",
        device="auto",
        seed=1,
        sampler_seed=1,
        patience_seconds=1,
    )


def search(url: str, spec: StudySpec, dataset: Dataset, trials: int, folder: Path | None) -> None:
    """Run trials of a study in this process; `folder` is the artifacts'."""
    if folder is not None:
        artifacts.make_folder(folder)
    job = replace(prepared(url, spec, dataset), trials=trials, artifacts=folder)
    work(job, dataset, Recorder())


@contextmanager
def kept_by_another(lock: Path) -> Iterator[None]:
    """Let another process keep a lock's file for the block."""
    keep = (
        "import sys, filelock\n"
        "with filelock.FileLock(sys.argv[1]):\n"
        "    print('kept', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", keep, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"kept\n"
        yield  # its end closes the other's input, and so ends it


def note_of(study: optuna.Study, trial_id: int | None = None) -> str:
    """Read the note that optuna-dashboard shows of a study, or of a trial."""
    from optuna_dashboard._note import get_note_from_system_attrs

    storage = study._storage
    attributes = storage.get_study_system_attrs(study._study_id)
    return str(get_note_from_system_attrs(attributes, trial_id)["body"])


# Networks of each kind.
CONFIGS = [
    MLPConfig(128, 3, 0.3, True),
    MLPConfig(40, 1, 0.0, False),
    MLPConfig(64, 2, 0.5, False),
    MLPConfig(8, 8, 0.0, True),
    MLPConfig(32, 1, 0.2, True, standardizes=True),
]


def change(url: str, statement: str, *values: object) -> None:
    """Change a record, as nothing of ours would."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    assert connection.execute(statement, values).rowcount == 1
    connection.commit()
    connection.close()


# Sets an attribute of a trial, for `change`: the value as JSON, its name, the trial's number.
SET_FIGURE = (
    "UPDATE trial_user_attributes SET value_json = ? WHERE key = ? AND trial_id = "
    "(SELECT trial_id FROM trials WHERE number = ?)"
)


class NoPool:
    """A pool that must not be used."""

    def __init__(self, *_arguments: object, **_named: object) -> None: ...

    def shutdown(self, **_named: object) -> None: ...


def network_in(folder: Path) -> tuple[nn.Sequential, dict[str, torch.Tensor]]:
    """Run the folder's model.py, as `import model` does."""
    namespace: dict[str, object] = {"__file__": str(folder / "model.py"), "__name__": "model"}
    exec((folder / "model.py").read_text(encoding="utf-8"), namespace)
    network = namespace["model"]
    assert isinstance(network, nn.Sequential)
    return network, namespace["load_weights"]()  # type: ignore[operator]


# Imports PyTorch and what it needs, and refuses every other package.
ALONE = """
import importlib.metadata as metadata, re, sys
sys.path.insert(0, {folder!r})

def plain(name):
    return re.sub("[-_.]+", "-", name).lower()

allowed, todo = set(), ["torch"]
while todo:
    name = plain(todo.pop())
    if name in allowed:
        continue
    allowed.add(name)
    try:
        needs = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        continue
    todo += [re.split(r"[^A-Za-z0-9_.-]", each)[0] for each in needs if "extra ==" not in each]
of = metadata.packages_distributions()
modules = {{top for top, owners in of.items() if allowed & set(map(plain, owners))}} | {{"model"}}

class OnlyTorch:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in modules and top not in sys.stdlib_module_names:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, OnlyTorch())
for name in ("har_search", "safetensors", "numpy", "optuna", "onnx"):
    try:
        __import__(name)
    except ModuleNotFoundError:
        continue
    raise SystemExit(f"{{name}} can be imported")

import torch
import model as handed_in
model = handed_in.model
with open({x!r}) as rows, open({y!r}) as labels, open({subject!r}) as people:
    windows = torch.tensor([[float(each) for each in row.split()] for row in rows])
    expected = torch.tensor([int(each) - 1 for each in labels])
    people = torch.tensor([int(each) for each in people])
if hasattr(handed_in, "standardize"):  # calibrated per person
    for person in people.unique():
        windows[people == person] = handed_in.standardize(windows[people == person])
with torch.inference_mode():
    right = int((model(windows).argmax(dim=1) == expected).sum())
print(repr(right / len(expected)))
"""


def accuracy_with_torch_alone(folder: Path, test: Path) -> float:
    """Load an exported folder in a fresh interpreter that can import torch only."""
    texts = {name: str(test / f"{name}_test.txt") for name in ("X", "y", "subject")}
    program = ALONE.format(folder=str(folder), x=texts["X"], y=texts["y"], subject=texts["subject"])
    ran = subprocess.run(
        [sys.executable, "-I", "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=test,
    )
    assert ran.returncode == 0, ran.stderr
    return float(ran.stdout)


def compose() -> dict[str, Any]:
    """Read docker-compose.yml."""
    import yaml

    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


def standing(**changes: Any) -> Standing:
    """Make a standing on both tracks, of one seed, that nobody confirmed."""
    values: dict[str, Any] = {
        "rank": 1,
        "study": "quick",
        "trial": 7,
        "student": "ann",
        "test_accuracy": 0.98,
        "train_accuracy": 0.99,
        "gap": 0.01,
        "score": 0.98,
        "replicas": 1,
        "test_accuracy_sd": None,
        "first_test_accuracy": None,
        "first_train_accuracy": None,
        "tracks": ("A", "B"),
        "params": LESSON,
        "epoch": 3,
        "epochs": 5,
        "parameters": 82726,
        "seed": 1,
        "seconds": 1.5,
        "dataset": REAL,
        "inputs": AS_THEY_ARE,
        "confirmed": None,
        "pruned": False,
        "spec": replace(load_spec("lesson"), name="quick"),
    }
    return Standing(**values | changes)
