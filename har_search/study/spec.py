"""What one study is: its search space, training recipe, tracks and scoring, as frozen data.

A spec also travels as plain tables (`tables`), which is how a database remembers it;
`file` reads them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from har_search.challenge.rules import Scoring, Track

Value = bool | int | float | str
Tables = dict[str, Any]


@dataclass(frozen=True)
class Hyperparameter:
    """What a hyperparameter may be: its type, the lesson's value, and bounds or choices."""

    kind: type[Value]
    lesson: Value
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()

    def allows(self, value: object) -> bool:
        """Return whether a value, of whatever type, is one that a study may give."""
        if self.kind is bool or isinstance(value, bool):
            return self.kind is bool and isinstance(value, bool)
        if self.kind is str:
            return value in self.choices
        whole_or_not = int if self.kind is int else int | float
        return isinstance(value, whole_or_not) and self.low <= value <= self.high  # no nan, either


HYPERPARAMETERS: Mapping[str, Hyperparameter] = {
    "width": Hyperparameter(int, 128, 6, 8192),
    "depth": Hyperparameter(int, 3, 1, 8),
    "dropout": Hyperparameter(float, 0.3, 0, 0.95),
    "batch_norm": Hyperparameter(bool, True),
    "learning_rate": Hyperparameter(float, 0.001, 1e-7, 10),
    "batch_size": Hyperparameter(int, 64, 2, 8192),
    "schedule": Hyperparameter(str, "constant", choices=("constant", "cosine", "one-cycle")),
    "weight_decay": Hyperparameter(float, 0.0, 0, 10),
    "label_smoothing": Hyperparameter(float, 0.0, 0, 0.9),
    "input_noise": Hyperparameter(float, 0.0, 0, 10),
    "mixup": Hyperparameter(float, 0.0, 0, 10),
    "weight_averaging": Hyperparameter(float, 0.0, 0, 0.9999),
}
LESSON: Mapping[str, Value] = {name: each.lesson for name, each in HYPERPARAMETERS.items()}
OPTIMIZERS = ("adam", "adamw")
SAMPLERS = {"tpe": ("startup_trials",), "gp": ("startup_trials",), "random": ()}
PRUNERS = {
    "median": ("startup_trials", "warmup_epochs", "interval"),
    "percentile": ("percentile", "startup_trials", "warmup_epochs", "interval"),
    "wilcoxon": ("p_threshold", "startup_replicas"),
    "none": (),
}
EPOCH_PRUNERS = tuple(name for name, options in PRUNERS.items() if "warmup_epochs" in options)
SCORED_EPOCHS = ("best", "last")


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included; drawn evenly, or on a logarithmic scale."""

    low: float
    high: float
    log: bool = False
    step: float | None = None

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.low <= value <= self.high

    def nearest(self, value: float) -> float:
        """Return the nearest value within the range."""
        return min(max(value, self.low), self.high)


Space = Range | tuple[Value, ...]  # what one hyperparameter is searched in: a range or choices


@dataclass(frozen=True)
class Start:
    """A configuration tried before the sampler's own: a value for some hyperparameters.

    What it leaves out keeps the recipe's value, or is sampled.
    """

    name: str
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Component:
    """A sampler or a pruner: its name and its options."""

    name: str
    options: Mapping[str, float]


@dataclass(frozen=True)
class StudySpec:
    """One study: what is trained, what is searched, and how a trial is scored.

    `recipe` holds the fixed hyperparameters and `search` the sampled ones; together they name each
    of `HYPERPARAMETERS` once. A trial trains `replicas` seeds of one configuration, and its figures
    are means over them. `scored_epoch` says of which epoch figures are: "best" by score, or "last".
    `inputs` is one of `challenge.inputs.INPUTS`.
    """

    name: str
    description: str
    epochs: int
    optimizer: str
    replicas: int
    recipe: Mapping[str, Value]
    search: Mapping[str, Space]
    scoring: Scoring
    scored_epoch: str
    tracks: tuple[Track, ...]
    starts: tuple[Start, ...]
    sampler: Component
    pruner: Component
    inputs: str

    def reports(self, epoch: int) -> bool:
        """Return whether a trial reports its score at this epoch: where the pruner looks, and last.

        A report and the look at it cost several milliseconds, as much as a tenth of a short epoch.
        Where the last epoch counts, what no pruner looks at is not evaluated either.
        """
        if self.scored_epoch == "last" and self.pruner.name not in EPOCH_PRUNERS:
            return epoch == self.epochs
        warmup = int(self.pruner.options.get("warmup_epochs", 0))
        interval = int(self.pruner.options.get("interval", 1))
        return epoch == self.epochs or (epoch > warmup and (epoch - warmup - 1) % interval == 0)

    def tables(self) -> Tables:
        """Return the spec as plain tables; `file.parse_spec` reads them back."""
        search: Tables = {}
        for name, space in self.search.items():
            if isinstance(space, Range):
                search[name] = {"low": space.low, "high": space.high, "log": space.log}
                if space.step is not None:
                    search[name]["step"] = space.step
            else:
                search[name] = list(space)
        recipe = dict(self.recipe)
        training: Tables = {
            "epochs": self.epochs,
            "optimizer": self.optimizer,
            "replicas": self.replicas,
        }
        if "schedule" in recipe:
            training["schedule"] = recipe.pop("schedule")
        tracks = []
        for track in self.tracks:
            tracks.append({"name": track.name, "test_accuracy_above": track.test_accuracy_above})
            if track.gap_below is not None:
                tracks[-1]["gap_below"] = track.gap_below
        return {
            "study": {"name": self.name, "description": self.description},
            "data": {"standardize": self.inputs},
            "training": training,
            "recipe": recipe,
            "search": search,
            "score": {
                "gap_limit": self.scoring.gap_limit,
                "gap_penalty": self.scoring.gap_penalty,
                "epoch": self.scored_epoch,
            },
            "track": tracks,
            "start": [{"name": start.name, **start.values} for start in self.starts],
            "sampler": {"name": self.sampler.name, **self.sampler.options},
            "pruner": {"name": self.pruner.name, **self.pruner.options},
        }

    def differences(self, other: StudySpec) -> list[str]:
        """Name what differs, one `table.key: this → other` each; descriptions may differ."""
        ours, theirs = _flatten(self.tables()), _flatten(other.tables())
        return [
            f"{key}: {ours.get(key, 'absent')} → {theirs.get(key, 'absent')}"
            for key in sorted(ours.keys() | theirs.keys())
            if key != "study.description" and ours.get(key) != theirs.get(key)
        ]


def _flatten(tables: Tables) -> Tables:
    flat: Tables = {}
    for table, content in tables.items():
        if isinstance(content, dict):
            flat |= {f"{table}.{key}": value for key, value in content.items()}
        else:
            flat |= {f"{table}.{entry['name']}": entry for entry in content}
    return flat
