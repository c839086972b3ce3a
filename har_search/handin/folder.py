"""The folder that an exported trial is: its files' names, and the network read back from it.

`model.py` is for those who have PyTorch alone. Here it is not run: a folder may come from anybody.
For the same reason sizes and bounds are checked before memory is taken for what it says.
"""

from __future__ import annotations

import hashlib
import json
import reprlib
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load

from har_search.challenge.activities import ACTIVITIES, FEATURE_COUNT
from har_search.challenge.inputs import AS_THEY_ARE, CALIBRATED, INPUTS, TRAIN
from har_search.errors import ExportError
from har_search.networks import mlp
from har_search.networks.trained import TrainedNetwork
from har_search.storage.artifacts import CONFUSION_MATRIX, WEIGHTS
from har_search.study.spec import HYPERPARAMETERS

CARD, MODEL, ONNX, TRIAL = "README.md", "model.py", "model.onnx", "trial.json"
SCRIPT = "train.py"
FILES = (MODEL, WEIGHTS, ONNX, TRIAL, CARD, CONFUSION_MATRIX, SCRIPT)
FORMAT = 3  # of trial.json: raise it when what it holds changes
_FORMATS = (1, 2, FORMAT)  # 1 did not say `standardize`: nothing was; to 2, versions were prose
_LARGEST_TRIAL = 4 << 20  # bytes; a study's text of any sensible length has room in it
_LARGEST_HEADER = 1 << 16  # bytes of the weights' file that are no weights


def is_export(folder: Path) -> bool:
    """Return whether a folder holds an export, whole or not: its trial.json tells."""
    try:
        about = _about(folder)
    except (OSError, ValueError, RecursionError):
        return False
    return about.keys() >= {"format", "trial", "network", "weights"}


def read_network(folder: Path) -> TrainedNetwork:
    """Return an exported trial's network.

    Raises:
        ExportError: the folder is none that `har-search export` wrote, or damaged: a value out of
            bounds, weights that are no numbers, or others than trial.json was written for.
    """
    try:
        about = _about(folder)
        config = _config(about)
        inputs = about.get("standardize", AS_THEY_ARE)
        if inputs not in INPUTS or config.standardizes != (inputs == TRAIN):
            raise ValueError(f"inputs standardised by {inputs!r}")
        weights = _weights(folder, about["weights"]["sha256"], config)
        network = mlp.build(config)
        network.load_state_dict(weights)
    except OSError as error:
        raise ExportError(
            f"{folder} is no folder that `export` wrote ({error.filename}: {error.strerror})"
        ) from error
    except (
        ValueError,
        KeyError,
        TypeError,
        RuntimeError,  # of torch, and of Python where JSON is nested too deep
        SafetensorError,
    ) as error:
        raise ExportError(
            f"{folder} is damaged, or by another version ({error}); export the trial again"
        ) from error
    return TrainedNetwork(network.eval(), config, inputs if inputs in CALIBRATED else AS_THEY_ARE)


def _content(path: Path, largest: int) -> bytes:
    """Read a file of at most so many bytes; a device or a pipe may never end.

    Raises:
        OSError: it cannot be read.
        ValueError: it is larger, or no file.
    """
    if path.exists() and not path.is_file():
        raise ValueError(f"{path.name} is no file")
    with path.open("rb") as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise ValueError(f"{path.name} has more than {largest:,} bytes")
    return content


def _about(folder: Path) -> dict[str, Any]:
    """Read trial.json.

    Raises:
        OSError, ValueError, RecursionError: it cannot be read, or is something else.
    """
    about = json.loads(_content(folder / TRIAL, _LARGEST_TRIAL))
    if not isinstance(about, dict):
        raise ValueError(f"{TRIAL} holds no trial")
    return about


def _config(about: dict[str, Any]) -> mlp.MLPConfig:
    """Return the network that trial.json describes, each value of it within a study's bounds.

    Raises:
        ValueError, KeyError, TypeError: there is another value, or one is missing.
    """
    for part in ("network", "hyperparameters"):
        if not isinstance(about[part], dict):
            raise ValueError(f"{part} is no object")
        for name, value in about[part].items():
            if name in HYPERPARAMETERS and not HYPERPARAMETERS[name].allows(value):
                raise ValueError(f"{name} is {reprlib.repr(value)}")
    config = mlp.MLPConfig(**about["network"])
    if (config.features, config.activities) != (FEATURE_COUNT, len(ACTIVITIES)):
        raise ValueError(f"{config.features} features, {config.activities} activities")
    if about["format"] not in _FORMATS:
        raise ValueError(f"format {reprlib.repr(about['format'])}")
    return config


def _weights(folder: Path, sha256: str, config: mlp.MLPConfig) -> dict[str, torch.Tensor]:
    """Read the weights that trial.json was written for.

    Raises:
        OSError, ValueError, SafetensorError: they cannot be read, are others, or no numbers.
    """
    with torch.device("meta"):  # takes no memory for the weights
        expected = mlp.build(config).state_dict().values()
    largest = sum(each.numel() * each.element_size() for each in expected) + _LARGEST_HEADER
    content = _content(folder / WEIGHTS, largest)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"{WEIGHTS} is not the file that {TRIAL} was written for")
    weights = load(content)
    for name, each in weights.items():
        if not each.isfinite().all():
            raise ValueError(f"{name} in {WEIGHTS} is not finite")
    return weights
