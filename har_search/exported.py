"""The folder that an exported trial is: its files' names, and the network read back from it.

`model.py` is for those who have PyTorch alone. Here it is not run: a folder may come from anybody.
"""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load
from torch import nn

from har_search import model
from har_search.artifacts import CONFUSION_MATRIX, WEIGHTS
from har_search.errors import ExportError

CARD, MODEL, ONNX, TRIAL = "README.md", "model.py", "model.onnx", "trial.json"
FILES = (MODEL, WEIGHTS, ONNX, TRIAL, CARD, CONFUSION_MATRIX)
FORMAT = 1  # of trial.json: raise it when what it holds changes


def read_network(folder: Path) -> nn.Sequential:
    """Return an exported trial's network in eval mode.

    Raises:
        ExportError: the folder is none that `har-search export` wrote, or damaged.
    """
    try:
        about = json.loads((folder / TRIAL).read_text(encoding="utf-8"))
        config = model.MLPConfig(**about["network"])
        if (about["format"], config.features) != (FORMAT, model.FEATURES):
            raise ValueError(f"format {about['format']}, {config.features} features")
        network = model.build(config)
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
    return network.eval()
