"""Study files: `studies/NAME.toml` to a `StudySpec`, refusing whatever makes no sense.

Messages name the file, the key and, for a mistyped one, the nearest valid key.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from har_search.challenge.inputs import AS_THEY_ARE, INPUTS
from har_search.challenge.rules import HOMEWORK_TRACKS, Scoring, Track, track_key
from har_search.errors import StudyFileError
from har_search.study.shipped import shipped_studies
from har_search.study.spec import (
    EPOCH_PRUNERS,
    HYPERPARAMETERS,
    LESSON,
    OPTIMIZERS,
    PRUNERS,
    SAMPLERS,
    SCORED_EPOCHS,
    Component,
    Range,
    Space,
    Start,
    StudySpec,
    Tables,
    Value,
)


def load_spec(study: str) -> StudySpec:
    """Read a shipped study by its name, or a study file by its path.

    Raises:
        StudyFileError: no such study, or a file that says something impossible.
    """
    shipped = shipped_studies()
    if study in shipped:
        path = shipped[study]
    else:
        path = Path(study)
        if path.suffix != ".toml":
            raise StudyFileError(
                f"no study named '{study}'{_nearest(study, shipped)}; shipped are "
                f"{', '.join(shipped)}, or give the path of a .toml file"
            )
    try:
        spec = parse_spec(tomllib.loads(path.read_text(encoding="utf-8")), str(path))
    except OSError as error:
        raise StudyFileError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, OverflowError) as error:  # no TOML, or a number of thousands of digits
        raise StudyFileError(f"{path}: not a valid TOML file ({error})") from error
    except RecursionError as error:
        raise StudyFileError(f"{path}: tables or lists are nested too deep") from error
    _check_track_names(spec, str(path))
    return spec


def _check_track_names(spec: StudySpec, origin: str) -> None:
    """Refuse tracks that a database could not keep apart.

    A study of an earlier version may have them; it is read, and no file brings it new trials.
    """
    names: dict[str, str] = {}
    for track in spec.tracks:
        other = names.setdefault(track_key(track.name), track.name)
        if other != track.name:
            raise StudyFileError(
                f"{origin}: [[track]] name: '{other}' and '{track.name}' are the same but for "
                "capital letters; give one another name"
            )


def parse_spec(tables: Tables, origin: str) -> StudySpec:
    """Turn a study file's tables into a spec; `origin` names the file in messages.

    Raises:
        StudyFileError: an unknown key, a wrong type or an impossible range, by file and key.
    """
    return _Reader(origin).spec(tables)


class _Reader:
    """Reads tables, and knows which file to blame."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def error(self, where: str, message: str) -> StudyFileError:
        return StudyFileError(f"{self.origin}: {where}: {message}")

    def spec(self, tables: Tables) -> StudySpec:
        valid = ("study", "training", "recipe", "search", "score", "track", "start", "sampler")
        self.keys(tables, (*valid, "pruner", "data"), "")
        study = self.table(tables, "study", ("name", "description"))
        data = self.table(tables, "data", ("standardize",))
        training = self.table(tables, "training", ("epochs", "optimizer", "schedule", "replicas"))
        fixed_here = [name for name in HYPERPARAMETERS if name != "schedule"]
        recipe = self.table(tables, "recipe", fixed_here)
        if "schedule" in training:
            recipe["schedule"] = training["schedule"]
        search = self.table(tables, "search", HYPERPARAMETERS)
        for name in recipe.keys() & search.keys():
            raise self.error(f"[search] {name}", "also fixed under [recipe] or [training]")
        if not search:
            raise self.error("[search]", "empty; give at least one hyperparameter a range")
        spaces = {name: self.space(name, raw) for name, raw in search.items()}
        fixed = {
            name: self.value(name, recipe.get(name, LESSON[name]), f"[recipe] {name}")
            for name in HYPERPARAMETERS
            if name not in spaces
        }
        score = self.table(tables, "score", ("gap_limit", "gap_penalty", "epoch"))
        default = Scoring()
        spec = StudySpec(
            name=self.name(study.get("name"), "[study] name"),
            description=self.typed(study.get("description", ""), str, "[study] description"),
            epochs=self.number(training.get("epochs", 20), "[training] epochs", 1, 10_000, int),
            optimizer=self.choice(
                training.get("optimizer", "adam"), "[training] optimizer", OPTIMIZERS
            ),
            replicas=self.number(training.get("replicas", 1), "[training] replicas", 1, 64, int),
            recipe=fixed,
            search=spaces,
            scoring=Scoring(
                self.number(score.get("gap_limit", default.gap_limit), "[score] gap_limit", 0, 1),
                self.number(
                    score.get("gap_penalty", default.gap_penalty), "[score] gap_penalty", 0, 1000
                ),
            ),
            scored_epoch=self.choice(score.get("epoch", "best"), "[score] epoch", SCORED_EPOCHS),
            tracks=self.tracks(tables),
            starts=self.starts(tables, spaces),
            sampler=self.component(tables, "sampler", SAMPLERS, "tpe"),
            pruner=self.component(tables, "pruner", PRUNERS, "median"),
            inputs=self.choice(data.get("standardize", AS_THEY_ARE), "[data] standardize", INPUTS),
        )
        self.check_replicas(spec)
        return spec

    def check_replicas(self, spec: StudySpec) -> None:
        """Check that epoch and pruner suit as many seeds as a trial has."""
        if spec.replicas == 1:
            if spec.pruner.name == "wilcoxon":
                raise self.error(
                    "[pruner] name", "wilcoxon compares seeds; give [training] replicas, 2 or more"
                )
            return
        if spec.scored_epoch != "last":
            raise self.error(
                "[training] replicas",
                'several seeds share no best epoch; give [score] epoch = "last"',
            )
        if spec.pruner.name in EPOCH_PRUNERS:
            raise self.error(
                "[pruner] name",
                f"{spec.pruner.name} compares epochs; with several seeds it must be wilcoxon "
                "or none",
            )

    def keys(self, table: Tables, valid: Collection[str], where: str) -> None:
        for key in table:
            if key not in valid:
                location = f"{where} {key}".strip() if where else f"[{key}]"
                raise self.error(location, f"unknown key{_nearest(key, valid)}")

    def table(self, tables: Tables, name: str, valid: Collection[str]) -> Tables:
        table = tables.get(name, {})
        if not isinstance(table, dict):
            raise self.error(f"[{name}]", "must be a table")
        self.keys(table, valid, f"[{name}]")
        return dict(table)

    def entries(self, tables: Tables, name: str, valid: Collection[str]) -> list[Tables]:
        entries = tables.get(name, [])
        if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
            raise self.error(f"[[{name}]]", f"must be written with double brackets, [[{name}]]")
        for entry in entries:
            self.keys(entry, valid, f"[[{name}]]")
        names = [self.name(entry.get("name"), f"[[{name}]] name") for entry in entries]
        for each in names:
            if names.count(each) > 1:
                raise self.error(f"[[{name}]] name", f"'{each}' appears twice")
        return entries

    def typed(self, value: Any, kind: type, where: str) -> Any:
        """Return `value` if it is of `kind`; a whole number also serves as a float."""
        words = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
        number = isinstance(value, int) and not isinstance(value, bool)
        if kind is float and number:
            return float(value)
        if not isinstance(value, kind) or (kind is int and not number):
            raise self.error(where, f"must be {words[kind]}, not {value!r}")
        return value

    def number(
        self, value: Any, where: str, low: float, high: float, kind: type[int] | type[float] = float
    ) -> Any:
        number = self.typed(value, kind, where)
        if not low <= number <= high:  # refuses nan, too
            raise self.error(where, f"must be from {low:g} to {high:g}, not {number}")
        return number

    def choice(self, value: Any, where: str, choices: Collection[str]) -> str:
        text: str = self.typed(value, str, where)
        if text not in choices:
            raise self.error(
                where, f"must be one of {', '.join(choices)}, not '{text}'{_nearest(text, choices)}"
            )
        return text

    def name(self, value: Any, where: str) -> str:
        if value is None:
            raise self.error(where, "missing")
        text: str = self.typed(value, str, where)
        if not text.strip():
            raise self.error(where, "empty")
        return text

    def value(self, name: str, value: Any, where: str) -> Value:
        """Check one value of a hyperparameter."""
        rule = HYPERPARAMETERS[name]
        if rule.kind is bool:
            return bool(self.typed(value, bool, where))
        if rule.kind is str:
            return self.choice(value, where, rule.choices)
        kind = int if rule.kind is int else float
        return kind(self.number(value, where, rule.low, rule.high, kind))

    def space(self, name: str, raw: Any) -> Space:
        """Check a range `{ low = …, high = … }` or a list of choices."""
        where = f"[search] {name}"
        if isinstance(raw, list):
            values = tuple(self.value(name, each, where) for each in raw)
            if not values:
                raise self.error(where, "an empty list of choices")
            if len(set(values)) < len(values):
                raise self.error(where, "a choice appears twice")
            return values
        rule = HYPERPARAMETERS[name]
        if not isinstance(raw, dict) or rule.kind in (bool, str):
            form = (
                "[choice, …]"
                if rule.kind in (bool, str)
                else "{ low = …, high = … } or [choice, …]"
            )
            raise self.error(where, f"must be {form}, not {raw!r}")
        self.keys(raw, ("low", "high", "log", "step"), where)
        for bound in ("low", "high"):
            if bound not in raw:
                raise self.error(where, f"{bound} is missing")
        low, high = (self.value(name, raw[bound], f"{where}.{bound}") for bound in ("low", "high"))
        log = self.typed(raw.get("log", False), bool, f"{where}.log")
        step = raw.get("step")
        assert isinstance(low, int | float)
        assert isinstance(high, int | float)
        if low >= high:
            raise self.error(where, f"low ({low}) must be below high ({high})")
        if log and low <= 0:
            raise self.error(where, f"a logarithmic range must start above 0, not at {low}")
        if step is not None:
            if log:
                raise self.error(where, "a logarithmic range has no step")
            kind = int if rule.kind is int else float
            step = self.number(step, f"{where}.step", 1e-12, high - low, kind)
        return Range(low, high, log, step)

    def tracks(self, tables: Tables) -> tuple[Track, ...]:
        where, tracks = "[[track]]", []
        for entry in self.entries(tables, "track", ("name", "test_accuracy_above", "gap_below")):
            if not re.fullmatch(r"[A-Za-z0-9_-]+", entry["name"]):
                raise self.error(f"{where} name", "must be letters, digits, - and _ only")
            if "test_accuracy_above" not in entry:
                raise self.error(f"{where} test_accuracy_above", "missing")
            above = self.number(entry["test_accuracy_above"], f"{where} test_accuracy_above", 0, 1)
            below = entry.get("gap_below")
            if below is not None:
                below = self.number(below, f"{where} gap_below", -1, 1)
            tracks.append(Track(entry["name"], above, below))
        return tuple(tracks) or HOMEWORK_TRACKS

    def starts(self, tables: Tables, search: Mapping[str, Space]) -> tuple[Start, ...]:
        starts = []
        for entry in self.entries(tables, "start", ("name", *HYPERPARAMETERS)):
            where = f"[[start]] {entry['name']}"
            values = {
                name: self.value(name, value, f"{where}.{name}")
                for name, value in entry.items()
                if name != "name"
            }
            for name in values.keys() & search.keys():
                if values[name] not in search[name] and values != LESSON:
                    raise self.error(f"{where}.{name}", f"{values[name]} is outside [search]")
            starts.append(Start(entry["name"], values))
        if not any(start.name == "lesson" for start in starts):
            starts.insert(0, Start("lesson", LESSON))
        return tuple(starts)

    def component(
        self, tables: Tables, table: str, kinds: Mapping[str, Collection[str]], default: str
    ) -> Component:
        options = dict(tables.get(table, {}) if isinstance(tables.get(table, {}), dict) else {})
        name = self.choice(options.get("name", default), f"[{table}] name", kinds)
        options = self.table(tables, table, ("name", *kinds[name]))
        options.pop("name", None)
        return Component(
            name,
            {
                key: self.number(value, f"[{table}] {key}", *_OPTIONS.get(key, (0, 100_000, int)))
                for key, value in options.items()
            },
        )


_OPTIONS: Mapping[str, tuple[float, float, type[int] | type[float]]] = {
    "percentile": (0, 100, float),
    "interval": (1, 100_000, int),
    "p_threshold": (0, 1, float),
}


def _nearest(key: str, valid: Collection[str]) -> str:
    close = difflib.get_close_matches(key, list(valid), n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else ""
