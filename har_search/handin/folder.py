"""The folder that an exported trial is: its files' names, and the network read back from it.

`model.py` is for those who have PyTorch alone. Here it is not run: a folder may come from anybody.
"""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load

from har_search.challenge.activities import FEATURE_COUNT
from har_search.challenge.inputs import AS_THEY_ARE, CALIBRATED, INPUTS, TRAIN
from har_search.errors import ExportError
from har_search.networks import mlp
from har_search.networks.trained import TrainedNetwork
from har_search.storage.artifacts import CONFUSION_MATRIX, WEIGHTS

CARD, MODEL, ONNX, TRIAL = "README.md", "model.py", "model.onnx", "trial.json"
FILES = (MODEL, WEIGHTS, ONNX, TRIAL, CARD, CONFUSION_MATRIX)
FORMAT = 3  # of trial.json: raise it when what it holds changes
_FORMATS = (1, 2, FORMAT)  # 1 did not say `standardize`: nothing was; to 2, versions were prose


def read_network(folder: Path) -> TrainedNetwork:
    """Return an exported trial's network.

    Raises:
        ExportError: the folder is none that `har-search export` wrote, or damaged.
    """
    try:
        about = json.loads((folder / TRIAL).read_text(encoding="utf-8"))
        config = mlp.MLPConfig(**about["network"])
        if about["format"] not in _FORMATS or config.features != FEATURE_COUNT:
            raise ValueError(f"format {about['format']}, {config.features} features")
        inputs = about.get("standardize", AS_THEY_ARE)
        if inputs not in INPUTS or config.standardizes != (inputs == TRAIN):
            raise ValueError(f"inputs standardised by {inputs!r}")
        network = mlp.build(config)
        network.load_state_dict(load((folder / WEIGHTS).read_bytes()))
    except OSError as error:
        raise ExportError(
            f"{folder} is no folder that `har-search export` wrote ({error.filename}: "
            f"{error.strerror})"
        ) from error
    except (ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise ExportError(
            f"{folder} is damaged, or by another version ({error}); export the trial again"
        ) from error
    return TrainedNetwork(network.eval(), config, inputs if inputs in CALIBRATED else AS_THEY_ARE)
