"""An exported trial's model.py: the network to paste, and what loads its weights."""

from __future__ import annotations

from har_search.challenge.activities import ACTIVITIES
from har_search.challenge.inputs import CALIBRATED
from har_search.data.standardize import SMALLEST_SD
from har_search.networks import mlp
from har_search.storage.artifacts import WEIGHTS
from har_search.texts import rendered


def model_source(config: mlp.MLPConfig, inputs: str) -> str:
    """Return model.py: the network to paste, and its weights read with PyTorch alone.

    Where its inputs are calibrated per person, also the function that standardises windows.
    """
    imports, network = mlp.source(config, inputs).split("\n\n")
    return rendered(
        "har_search.handin",
        "model.py.jinja",
        imports=imports,
        network=network,
        activities=ACTIVITIES,
        inputs=inputs,
        calibrated=inputs in CALIBRATED,
        smallest_sd=f"{SMALLEST_SD:g}",
        weights=WEIGHTS,
    )
