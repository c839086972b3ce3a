"""A trial as a folder to hand in or to ship: network, weights, ONNX, figures and a model card."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors.torch import save

from har_search.board import pictures
from har_search.board.diagnosis import Finding, diagnose
from har_search.challenge.activities import ACTIVITIES
from har_search.challenge.rules import gap
from har_search.data.dataset import Dataset
from har_search.entries.checkpoint import Restored
from har_search.entries.record import Record
from har_search.errors import ExportError
from har_search.handin.exchange import exchange
from har_search.handin.folder import CARD, FILES, FORMAT, MODEL, ONNX, SCRIPT, TRIAL, is_export
from har_search.handin.model_card import model_card
from har_search.handin.model_file import model_source
from har_search.handin.script import training_script
from har_search.networks import mlp
from har_search.networks.evaluation import accuracy, confusion_matrix, one_thread
from har_search.networks.onnx import TOLERANCE, distance, to_onnx
from har_search.networks.splits import prepare
from har_search.networks.trained import TrainedNetwork
from har_search.storage.artifacts import CONFUSION_MATRIX, WEIGHTS
from har_search.training.versions import recorded_versions, versions

_LITTER = ("__pycache__", ".DS_Store", "desktop.ini", "Thumbs.db")  # what others leave in a folder


@dataclass(frozen=True)
class Exported:
    """What was written: `about` is trial.json's content; without ONNX, `no_onnx` says why."""

    folder: Path
    files: tuple[str, ...]
    about: dict[str, Any]
    no_onnx: str


def check_folder(folder: Path, *, force: bool) -> None:
    """Check that a trial may be exported to a folder: a new one, or an earlier export with `force`.

    Raises:
        ExportError: there is something else.
    """
    try:
        there = {each.name: each for each in folder.iterdir() if each.name not in _LITTER}
    except FileNotFoundError:
        return
    except OSError as error:
        raise ExportError(f"{folder}: {error.strerror}; name another folder with --to") from error
    others = sorted(name for name, each in there.items() if name not in FILES or each.is_dir())
    if others:
        raise ExportError(
            f"{folder} holds {others[0]}, which is of no export; name another folder with --to"
        )
    if there and not is_export(folder):
        raise ExportError(
            f"{folder} holds {min(there)}, but no {TRIAL} of an export; "
            "name another folder with --to"
        )
    if there and not force:
        raise ExportError(f"{folder} holds an export already; --force replaces it")


def export(
    record: Record, restored: Restored, dataset: Dataset, folder: Path, *, force: bool = False
) -> Exported:
    """Write a trial's network to a folder: all of it, or nothing.

    The figures are the network's own, evaluated anew.

    Raises:
        ExportError: the folder holds something else, or cannot be written.
    """
    check_folder(folder, force=force)
    made = restored.trained
    weights = save({key: each.contiguous() for key, each in made.network.state_dict().items()})
    about = _about(record, restored, dataset)
    about["weights"]["sha256"] = hashlib.sha256(weights).hexdigest()
    onnx, no_onnx = _onnx(made, dataset)
    content = {
        MODEL: model_source(made.config, made.inputs).encode(),
        SCRIPT: training_script(record.entry).encode(),
        WEIGHTS: weights,
        TRIAL: (json.dumps(about, indent=2) + "\n").encode(),
        CARD: model_card(
            about, onnx=not no_onnx, tracks=record.spec.tracks, findings=_findings(record)
        ).encode(),
        CONFUSION_MATRIX: pictures.png(pictures.draw_confusion_matrix(about["confusion"])),
        **({} if no_onnx else {ONNX: onnx}),
    }
    with _writing_errors(folder):
        _write(content, folder)
    return Exported(folder, tuple(each for each in FILES if each in content), about, no_onnx)


def _findings(record: Record) -> list[Finding]:
    if record.details is None:
        return []
    return diagnose(record.entry.standing, record.details.curve, record.spec)


def _about(record: Record, restored: Restored, dataset: Dataset) -> dict[str, Any]:
    """Return what trial.json holds; accuracies are fractions, of the exported network itself."""
    made, entry = restored.trained, record.entry
    confirmed = entry.standing.confirmed
    network = made.network
    splits = prepare(dataset.train, dataset.test, made.inputs)
    with one_thread():
        test_accuracy = accuracy(network, splits.test)
        train_accuracy = accuracy(network, splits.train)
        confusion = confusion_matrix(network, splits.test)
    own_gap = gap(train_accuracy, test_accuracy)
    return {
        "format": FORMAT,
        "study": entry.study,
        "trial": entry.number,
        "student": record.figures.get("student", ""),
        "seed": entry.seed,
        "pruned": record.pruned,
        "hyperparameters": dict(entry.standing.params),
        "training": {
            "optimizer": record.spec.optimizer,
            "epochs_of_schedule": record.spec.epochs,
            "epochs_trained": record.figures["epochs"],
            "checkpoint_epoch": entry.epoch,
            "scored_epoch": record.spec.scored_epoch,
        },
        "network": asdict(made.config),
        "standardize": record.spec.inputs,
        "activities": list(ACTIVITIES),
        "figures": {
            "test_accuracy": test_accuracy,
            "train_accuracy": train_accuracy,
            "gap": own_gap,
            "score": record.spec.scoring.score(test_accuracy, own_gap),
            "parameters": mlp.parameter_count(made.config),
        },
        "tracks": {
            track.name: {"rule": track.rule, "made": track.qualifies(test_accuracy, own_gap)}
            for track in record.spec.tracks
        },
        "leaderboard": {
            name: record.figures[name] for name in ("test_accuracy", "train_accuracy", "gap")
        },
        "seeds": _seeds(record),
        "recorded": record.own,
        "confirmed": (
            None
            if confirmed is None
            else confirmed.as_json() | {"reasons": dict(confirmed.reasons)}
        ),
        "confusion": [list(row) for row in confusion],
        "weights": {
            "from": "trained again" if restored.retrained_because else "the trial's checkpoint",
            "because": restored.retrained_because or None,
        },
        "data": {
            "name": record.entry.stored.dataset,
            "fingerprint": record.entry.stored.fingerprint,
        },
        "trained_with": {
            "versions": recorded_versions(record.figures.get("versions")) or None,
            "device": record.figures.get("device"),
        },
        "exported_with": {"versions": versions()},
    }


def _seeds(record: Record) -> dict[str, Any] | None:
    """Say of how many seeds the leaderboard's figures are means; None where it is one."""
    if "replicas" not in record.figures:
        return None
    return {
        "count": record.figures["replicas"],
        "test_accuracy_sd": record.figures["test_accuracy_sd"],
        "exported": "the first",
    }


def _onnx(made: TrainedNetwork, dataset: Dataset) -> tuple[bytes, str]:
    """Return the network as ONNX, checked against torch on all test windows, or why not."""
    try:
        content = to_onnx(made.network)
        taken = made.prepared(dataset.test.features, dataset.test.subjects)
        apart = distance(content, made.network, taken)
    except ModuleNotFoundError as error:
        return b"", (
            f"the package {error.name} is not installed; "
            '`.venv/bin/python -m pip install -c constraints.txt -e ".[onnx]"` brings it'
        )
    if not apart <= TOLERANCE:
        return b"", f"ONNX Runtime's logits are up to {apart:.1g} away from PyTorch's"
    return content, ""


def _write(content: dict[str, bytes], folder: Path) -> None:
    """Write all files beside the folder, then exchange the two, or move the files in."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".half-"))
    try:
        half = beside / "export"
        half.mkdir()  # unlike mkdtemp's own, readable as the user's folders are
        for name, each in content.items():
            (half / name).write_bytes(each)
        if not folder.exists():
            half.rename(folder)
            return
        shutil.copymode(folder, half)
        # The shell's own folder must stay: its shell would be nowhere.
        if folder == Path.cwd() or not exchange(half, folder):
            _move_in(content, half, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _move_in(names: Iterable[str], half: Path, folder: Path) -> None:
    """Replace a folder's files one by one.

    The weights are the first and trial.json the last. In between that has another SHA-256 than the
    weights, and nobody takes what lies there for one trial's.
    """
    for name in {*FILES} - {*names}:
        (folder / name).unlink(missing_ok=True)
    for name in sorted(names, key=lambda name: (name != WEIGHTS, name == TRIAL)):
        os.replace(half / name, folder / name)


@contextmanager
def _writing_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportError(
            f"{folder}: cannot be written ({error.strerror or error}); name another with --to"
        ) from error
