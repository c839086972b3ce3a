"""A study's finished trials, as a diagnosis of one of them needs them."""

from __future__ import annotations

import json

from har_search.board.diagnosis import Finding, diagnose
from har_search.board.evidence import Neighbour
from har_search.board.standings import Standing, hyperparameters
from har_search.challenge.figures import Curve
from har_search.storage.database import decoding, open_for_reading
from har_search.storage.details import curves
from har_search.storage.figures import sampled_values
from har_search.storage.studies import stored_studies
from har_search.study.spec import StudySpec


def neighbours(url: str, study: str) -> tuple[StudySpec, list[Neighbour]]:
    """Return a study's spec, and its trials with a curve whose values the sampler chose.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    with open_for_reading(url) as connection, decoding(url):
        (stored,) = stored_studies(connection, study)
        values: dict[int, dict[str, float]] = {}
        for trial_id, name, value in sampled_values(connection, study):
            values.setdefault(trial_id, {})[name] = value
        return stored.spec, [
            Neighbour(
                params=hyperparameters(stored.spec, values.get(row.trial_id, {}), None),
                score=row.score,
                test_accuracy=row.test_accuracy,
                gap=row.gap,
                epoch=row.epoch,
                curve=json.loads(row.curve)["test_accuracy"],
            )
            for row in curves(connection, study)
        ]


def findings(url: str, standing: Standing, curve: Curve | None) -> list[Finding]:
    """Return what stands out in an entry beside its study's trials; nothing without its curve.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be read.
    """
    if curve is None:
        return []
    spec, others = neighbours(url, standing.study)
    return diagnose(standing, curve, spec, others)
