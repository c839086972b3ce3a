"""Studies to report on, and the file as a reader sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
import pytest

from har_search.challenge.figures import Curve, Details
from har_search.data.dataset import REAL, Dataset
from har_search.report.effects import Effect, Tendency
from har_search.search.objective import suggest
from har_search.search.study import prepare_study
from har_search.storage import details
from har_search.storage.database import open_for_writing
from har_search.study.file import load_spec
from har_search.study.spec import Range, StudySpec, Value

Fill = Callable[..., None]
CURVE = Curve([0.5, 0.2, 0.1], [0.8, 0.95, 0.97], [0.9, 0.96, 0.95], [0.92, 0.98, None])
CONFUSION = [[9 if row == column else row for column in range(6)] for row in range(6)]
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
RATE = Range(0.0001, 0.1, log=True)
NOISE = 0.002


class Page(HTMLParser):
    """What a page is made of."""

    VOID = frozenset({"meta", "link", "img", "br"})

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def search(small: Dataset, quick: StudySpec) -> Callable[..., None]:
    """Write a study of random trials whose accuracy falls with the learning rate."""

    def search(url: str, count: int, dataset: str = REAL, student: str = "ann") -> None:
        chance = np.random.default_rng(561)
        data = replace(small, name=dataset)
        with open_for_writing(url) as storage:
            study = prepare_study(storage, quick.name, quick, data)
            lesson = study.ask()
            study.tell(lesson, state=optuna.trial.TrialState.FAIL)
            study.sampler = optuna.samplers.RandomSampler(seed=1)
            sampled = optuna.create_study(sampler=study.sampler)
            for number in range(count):
                trial = sampled.ask()
                values = suggest(trial, quick)
                rate = np.log10(float(values["learning_rate"]))
                test = 0.96 - 0.01 * (rate + 3) + chance.normal(0, 0.002)
                gap = 0.015 + chance.normal(0, 0.002)
                figures = {
                    "test_accuracy": test,
                    "train_accuracy": test + gap,
                    "running_train_accuracy": 0.9,
                    "gap": gap,
                    "epoch": 2,
                    "epochs": 3,
                    "parameters": 1000,
                    "seed": number,
                    "seconds": 1.5,
                    "student": student,
                    "dataset": dataset,
                }
                for track in quick.tracks:
                    figures[f"track_{track.name.lower()}"] = int(track.qualifies(test, gap))
                study.add_trial(
                    optuna.trial.create_trial(
                        params=trial.params,
                        distributions=trial.distributions,
                        value=quick.scoring.score(test, gap),
                        user_attrs=figures,
                    )
                )
                details.save(storage, quick.name, number + 1, Details(CURVE, CONFUSION))

    return search


def spec_of(**search: Range | tuple[Value, ...]) -> StudySpec:
    return replace(load_spec("lesson"), search=search)


def trials(count: int, test: Callable[[Floats], Floats] | None = None) -> pd.DataFrame:
    """Made-up trials; `test` adds to test accuracy by the learning rate's place, 0 to 1."""
    chance = np.random.default_rng(561)
    place = chance.uniform(0, 1, count)
    accuracy = 0.95 + chance.normal(0, NOISE, count) + (0 if test is None else test(place))
    gap = 0.02 + chance.normal(0, NOISE, count)
    return pd.DataFrame(
        {
            "number": range(count),
            "pruned": chance.uniform(0, 1, count) < 0.5,
            "start": None,
            "student": "ann",
            "score": accuracy,
            "test_accuracy": accuracy,
            "gap": gap,
            "learning_rate": 10 ** (-4 + 3 * place),
            "batch_norm": chance.uniform(0, 1, count) < 0.5,
            "batch_size": chance.choice([32, 64, 128], count),
            "schedule": chance.choice(["constant", "cosine", "one-cycle"], count),
        }
    )


def only(found: list[Effect]) -> tuple[Effect, Tendency, Tendency]:
    (effect,) = found
    assert effect.tendencies is not None
    return effect, *effect.tendencies
