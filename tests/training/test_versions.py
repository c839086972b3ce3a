"""Versions as trials record them: as JSON, or by version 0.1.0 in prose."""

import json
import platform

import numpy as np
import pytest
import torch

from har_search.training.versions import in_words, recorded_versions, versions

PROSE = (
    "har-search 0.1.0, torch 2.13.0+cpu, optuna 5.0.0, numpy 2.4.6, python 3.11.7, "
    "Linux x86_64 AVX512"
)
PARTS = {
    "har-search": "0.1.0",
    "torch": "2.13.0+cpu",
    "optuna": "5.0.0",
    "numpy": "2.4.6",
    "python": "3.11.7",
    "platform": "Linux x86_64 AVX512",
}


def test_every_version_has_its_name() -> None:
    now = versions()
    assert list(now) == list(PARTS)
    assert (now["torch"], now["numpy"]) == (str(torch.__version__), np.__version__)
    assert now["python"] == platform.python_version()
    assert now["platform"].startswith(f"{platform.system()} {platform.machine()} ")
    assert json.loads(json.dumps(now)) == now


@pytest.mark.parametrize(
    ("recorded", "found"),
    [
        (PARTS, PARTS),
        (PROSE, PARTS),
        ("torch 2.6.0", {"torch": "2.6.0"}),
        ("Darwin arm64 DEFAULT", {"platform": "Darwin arm64 DEFAULT"}),
        ("", {}),
        (None, {}),
    ],
)
def test_prose_is_still_understood(
    recorded: dict[str, str] | str | None, found: dict[str, str]
) -> None:
    assert recorded_versions(recorded) == found


def test_people_read_what_version_0_1_0_wrote() -> None:
    assert in_words(PARTS) == PROSE
    assert in_words({}) == ""
