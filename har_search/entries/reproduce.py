"""A finished trial trained again with its own seed, compared with its record to the last bit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from har_search.challenge.figures import Curve, Details
from har_search.data.dataset import Dataset
from har_search.entries.checkpoint import (
    Weights,
    device_of,
    saved_weights,
    splits_of,
    train_again,
)
from har_search.entries.record import Record
from har_search.training.recorded import Entrant, figures_of
from har_search.training.results import TrainingResult, details_of
from har_search.training.versions import recorded_versions, versions
from har_search.training.whole_curve import with_whole_curve

# Of who and how long, not of what came out; `versions` and `device` are causes.
_NOT_COMPARED = ("student", "dataset", "device", "versions", "seconds")
_WORDS = {"replicas": "seeds"}  # where a figure's name is not what people read

Pair = tuple[str, Any, Any]  # a name, what was recorded and what it is now


@dataclass(frozen=True)
class Difference:
    """Something that was recorded, and what it is now; accuracies are fractions."""

    name: str
    recorded: Any
    now: Any


@dataclass(frozen=True)
class Reproduction:
    """What training again made of a trial.

    `same` names what came back to the last bit, `differences` what did not, and `missing` says of
    what there is no record. `causes` are what differs between the two trainings.
    """

    record: Record
    device: str
    same: Sequence[str]
    differences: Sequence[Difference]
    missing: Sequence[str]
    causes: Sequence[Difference]

    @property
    def identical(self) -> bool:
        """Whether nothing that is recorded differs."""
        return not self.differences


def reproduce(record: Record, dataset: Dataset, folder: Path | None) -> Reproduction:
    """Train a trial again, for as many epochs as it ran, and compare all that is known of it.

    `folder` is the artifacts', if any.

    Raises:
        StudyMismatchError: the trial was trained on other data.
    """
    device = device_of(record)
    result = train_again(record, dataset, epochs=record.figures["epochs"], device=device)
    result = _as_whole(record, result, dataset, device)
    entrant = Entrant(record.figures.get("student", ""), dataset.name, str(device))
    now = figures_of(result, record.spec, entrant) | {"score": result.score}
    same: list[str] = []
    differences: list[Difference] = []
    missing: list[str] = []
    compared = [*_figures(record.figures, now), *_details(record.details, details_of(result))]
    for name, recorded, found in compared:
        if recorded is None:
            missing.append(f"no {name} was recorded")
        elif recorded == found:
            same.append(name)
        else:
            differences.append(Difference(name, recorded, found))
    saved = saved_weights(record, folder)
    if saved.weights is None:
        missing.append(saved.reason)
    else:
        changed = list(_weights(saved.weights, result.weights))
        differences += changed
        same += [] if changed else ["saved weights"]
    causes = list(_causes(record, str(device)))
    return Reproduction(record, str(device), same, differences, missing, causes)


def _as_whole(
    record: Record, result: TrainingResult, dataset: Dataset, device: torch.device
) -> TrainingResult:
    """Evaluate the train split after every epoch where that was done for the record, too."""
    if record.details is None or None in record.details.curve.train_accuracy:
        return result
    return with_whole_curve(result, splits_of(record, dataset, device), record.spec.scoring)


def _figures(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Pair]:
    """Pair each figure of a trial, the ones that decide first."""
    first = ["test_accuracy", "train_accuracy", "gap", "score", "epoch"]
    for name in [*first, *sorted(now.keys() - {*first, *_NOT_COMPARED, "diverged"})]:
        yield _WORDS.get(name, name.replace("_", " ")), recorded.get(name), now[name]
    if recorded.get("diverged") != now.get("diverged"):  # only kept where it did
        yield "diverged", recorded.get("diverged", 0), now.get("diverged", 0)


def _details(recorded: Details | None, now: Details) -> Iterator[Pair]:
    """Pair the learning curve and the confusion matrix, as plain lists."""
    ours: dict[str, Any] = json.loads(json.dumps(asdict(now)))
    if recorded is None:
        yield "learning curve", None, None
        yield "confusion matrix", None, None
        return
    yield "learning curve", asdict(recorded.curve), ours["curve"]
    yield "confusion matrix", recorded.confusion, ours["confusion"]


def _weights(recorded: Weights, now: Weights) -> Iterator[Difference]:
    for name, tensor in now.items():  # in the network's order
        saved, found = recorded[name], tensor.cpu()
        if _bits(saved) != _bits(found):
            distance = (saved.double() - found.double()).abs().max().item()
            yield Difference(f"weights {name}", "as saved", f"up to {distance:.2g} away")


def _bits(tensor: torch.Tensor) -> bytes:
    return tensor.contiguous().numpy().tobytes()


def first_epoch_apart(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> int:
    """Return the first epoch in which two learning curves differ, given as plain dictionaries."""
    columns = [each for name in Curve.__annotations__ for each in (recorded[name], now[name])]
    shortest = min(len(column) for column in columns)
    for epoch in range(shortest):
        if any(recorded[name][epoch] != now[name][epoch] for name in Curve.__annotations__):
            return epoch + 1
    return shortest + 1


def _causes(record: Record, device: str) -> Iterator[Difference]:
    """Name what differs between the recorded training and this one, but for the data."""
    then, now = recorded_versions(record.figures.get("versions")), versions()
    for name, version in now.items():
        if then.get(name) != version:
            yield Difference(name, then.get(name, "not recorded"), version)
    recorded = record.figures.get("device", "not recorded")
    if recorded != device:
        yield Difference("device", recorded, device)
