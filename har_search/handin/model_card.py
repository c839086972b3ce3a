"""An exported trial's README.md: a model card with the sections that Hugging Face's have."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from har_search.board.confusion import per_activity
from har_search.board.diagnosis import Finding
from har_search.board.differences import differences
from har_search.board.words import mean_sd
from har_search.challenge.activities import activity_name
from har_search.challenge.inputs import (
    AS_THEY_ARE,
    CALIBRATED,
    EXPLAINED,
    PERSON,
    PERSON_RANKS,
    TRAIN,
)
from har_search.challenge.rules import HOMEWORK_TRACKS, Track, accuracy_limits, gap_limits
from har_search.challenge.words import gap_percent, percent, verdicts_explained
from har_search.data.dataset import SIMULATED
from har_search.data.describe import CITATION
from har_search.networks import mlp
from har_search.storage.artifacts import CONFUSION_MATRIX
from har_search.texts import rendered
from har_search.training.versions import in_words

About = Mapping[str, Any]

# What is measured of a person, to standardise that person's windows by.
_MEASURED = {
    PERSON: "mean and standard deviation",
    PERSON_RANKS: "mean, standard deviation and ranks",
}


def model_card(
    about: About,
    *,
    onnx: bool,
    tracks: Sequence[Track] = HOMEWORK_TRACKS,
    findings: Sequence[Finding] = (),
) -> str:
    """Write the card of what trial.json says; names that people chose are plain text in it.

    No figure in it contradicts a rule of the `tracks`. `findings` are what stands out in the
    trial's learning curve.
    """
    inputs, figures = about["standardize"], about["figures"]
    calibrated = inputs in CALIBRATED
    return rendered(
        "har_search.handin",
        "README.md.jinja",
        about=about,
        findings=findings,
        onnx=onnx,
        figures=figures,
        shown=_shown(figures, tracks),
        fresh=_fresh(about["confirmed"], tracks),
        verdicts_explained=verdicts_explained(),
        training=about["training"],
        simulated=about["data"]["name"] == SIMULATED,
        made=[track for track, each in about["tracks"].items() if each["made"]],
        came_back=figures == figures | about["recorded"],
        calibrated=calibrated,
        first_layer=inputs == TRAIN,
        explained=EXPLAINED.get(inputs),
        measured=_MEASURED.get(inputs),
        activities=[activity_name(each) for each in about["activities"]],
        activity_name=activity_name,
        per_activity=per_activity(about["confusion"]),
        picture=CONFUSION_MATRIX,
        source=mlp.source(mlp.MLPConfig(**about["network"]), inputs if calibrated else AS_THEY_ARE),
        differences=differences(about["hyperparameters"], inputs),
        quoted_study=shlex.quote(" ".join(about["study"].split())),
        trained_versions=in_words(about["trained_with"]["versions"] or {}),
        exported_versions=in_words(about["exported_with"]["versions"]),
        citation=CITATION,
    )


def _shown(figures: Mapping[str, Any], tracks: Sequence[Track]) -> dict[str, str]:
    """Write the network's own test accuracy and gap."""
    test = percent(figures["test_accuracy"], accuracy_limits(tracks))
    train = percent(figures["train_accuracy"])
    return {"test": test, "gap": gap_percent(figures["gap"], train, test, gap_limits(tracks))}


def _fresh(confirmed: Mapping[str, Any] | None, tracks: Sequence[Track]) -> dict[str, Any] | None:
    """Write the figures over fresh seeds, if there are any."""
    if confirmed is None:
        return None
    return {
        "seeds": confirmed["seeds"],
        "test": mean_sd(confirmed["test_mean"], confirmed["test_sd"], accuracy_limits(tracks)),
        "gap": mean_sd(confirmed["gap_mean"], confirmed["gap_sd"], gap_limits(tracks)),
    }
