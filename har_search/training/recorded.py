"""What a trial records of its training, by name."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from har_search.challenge.rules import track_key
from har_search.study.spec import StudySpec
from har_search.training.results import TrainingResult
from har_search.training.versions import versions

Attribute = float | int | str | Mapping[str, str]


@dataclass(frozen=True)
class Entrant:
    """What every trial of one worker has in common, as its attributes say."""

    student: str
    dataset: str
    device: str


def figures_of(result: TrainingResult, spec: StudySpec, entrant: Entrant) -> dict[str, Attribute]:
    """Return what a trial records beside its score and parameters; accuracies are fractions.

    With several seeds they are means, beside the test accuracy's standard deviation and the figures
    of the first seed, whose network, curve and confusion matrix are kept.
    """
    recorded: dict[str, Attribute] = {
        "test_accuracy": result.test_accuracy,
        "train_accuracy": result.train_accuracy,
        "running_train_accuracy": result.running_train_accuracy,
        "gap": result.gap,
        "epoch": result.epoch,
        "epochs": result.epochs,
        "parameters": result.parameters,
        "seconds": round(result.seconds, 3),
        "student": entrant.student,
        "dataset": entrant.dataset,
        "device": entrant.device,
        "versions": versions(),
    }
    for track in spec.tracks:
        qualifies = track.qualifies(result.test_accuracy, result.gap)
        recorded[track_key(track.name)] = int(qualifies)
    if result.diverged:
        recorded["diverged"] = 1
    if spec.replicas > 1:
        first, *_ = result.replicas
        tests = [each.test_accuracy for each in result.replicas]
        recorded |= {
            "replicas": len(tests),
            "test_accuracy_sd": statistics.stdev(tests),
            "first_test_accuracy": first.test_accuracy,
            "first_train_accuracy": first.train_accuracy,
        }
    return recorded
