"""An exported trial's model.py: the network to paste, and what loads its weights."""

from __future__ import annotations

from har_search.challenge.activities import ACTIVITIES
from har_search.challenge.inputs import CALIBRATED, PERSON, PERSON_RANKS
from har_search.data.standardize import SMALLEST_SD
from har_search.networks import mlp
from har_search.storage.artifacts import WEIGHTS


def model_source(config: mlp.MLPConfig, takes: str) -> str:
    """Return model.py: the network to paste, and its weights read with PyTorch alone.

    Where the network `takes` a person's windows standardised, also the function that does so.
    """
    imports, network = mlp.source(config, takes).split("\n\n")
    activities = "\n".join(["(", *(f'    "{each}",' for each in ACTIVITIES), ")"])
    return _MODEL.format(
        imports=imports,
        network=network,
        activities=activities,
        file=WEIGHTS,
        usage=_USAGE_OF_PERSON if takes in CALIBRATED else _USAGE,
        standardize=_STANDARDIZE.get(takes, "").format(smallest=SMALLEST_SD),
    )


_USAGE = """    from model import ACTIVITIES, model
    logits = model(windows)  # (N, 561) float32 to (N, 6); argmax(dim=1) is the activity"""

_USAGE_OF_PERSON = """    from model import ACTIVITIES, model, standardize
    logits = model(standardize(windows))  # ONE person's (N, 561) float32 to (N, 6)
    logits.argmax(dim=1)  # each window's activity

It is calibrated per person: `standardize` needs a few minutes of that person's windows."""

_STANDARD = '''

def standardize(windows):
    """Standardise ONE person's windows (N, 561) by that person's own mean and spread.

    Give all that are known of the person: a few minutes or more in which they walk, climb stairs,
    descend them, sit, stand and lie. Of too few windows, or without one of these activities, mean
    and spread are not the person's, and the network is often wrong. No labels are needed.
    """
    numbers = windows.double()
    sd = numbers.std(dim=0, correction=0)
    sd[sd < {smallest:g}] = 1  # a feature that is constant is centred alone
    return ((numbers - numbers.mean(dim=0)) / sd).float()
'''

_RANKED = '''

def standardize(windows):
    """Standardise ONE person's windows (N, 561) by that person's own mean, spread and ranks.

    Give all that are known of the person: a few minutes or more in which they walk, climb stairs,
    descend them, sit, stand and lie. Of too few windows, or without one of these activities, mean,
    spread and ranks are not the person's, and the network is often wrong. No labels are needed.
    """
    numbers = windows.T.double().contiguous()
    mean, sd = numbers.mean(dim=1, keepdim=True), numbers.std(dim=1, correction=0, keepdim=True)
    constant = sd < {smallest:g}
    known = numbers.sort(dim=1).values
    share = torch.searchsorted(known, numbers) + torch.searchsorted(known, numbers, right=True)
    normal = torch.special.ndtri(share.double() / (2 * len(windows)))  # of the rank less 1/2, by N
    scores = (numbers - mean) / sd.masked_fill(constant, 1)
    return ((scores + normal.masked_fill(constant, 0)) / 2).T.float()
'''

_STANDARDIZE = {PERSON: _STANDARD, PERSON_RANKS: _RANKED}

_MODEL = '''"""A network for the UCI HAR data, trained; it needs PyTorch alone. See README.md.

{usage}
"""

import json
from pathlib import Path

import torch
{imports}

ACTIVITIES = {activities}

{network}
{standardize}

def load_weights(path=Path(__file__).with_name("{file}")):
    """Read a safetensors file: the header's length in 8 bytes, the header as JSON, the numbers."""
    content = bytearray(Path(path).read_bytes())
    start = 8 + int.from_bytes(content[:8], "little")
    types = {{"F32": torch.float32, "I64": torch.int64}}
    weights = {{}}
    for name, about in json.loads(content[8:start]).items():
        if name != "__metadata__":
            first, last = (start + offset for offset in about["data_offsets"])
            numbers = torch.frombuffer(content[first:last], dtype=types[about["dtype"]])
            weights[name] = numbers.reshape(about["shape"])
    return weights


model.load_state_dict(load_weights())
model.eval()
'''
