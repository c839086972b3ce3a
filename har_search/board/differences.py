"""What differs from the lesson's network and training, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from har_search.challenge.inputs import AS_THEY_ARE, DIFFERENCES
from har_search.study.spec import LESSON

_WORDS = {
    "width": "the first hidden layer has {ours} units instead of {lesson}",
    "dropout": "dropout {ours} instead of {lesson}",
    "learning_rate": "learning rate {ours} instead of {lesson}",
    "batch_size": "batches of {ours} windows instead of {lesson}",
    "schedule": "the learning rate follows a {ours} schedule instead of staying {lesson}",
    "weight_decay": "weight decay {ours}",
    "label_smoothing": "label smoothing {ours}",
    "input_noise": "Gaussian noise of {ours} added to the inputs while training",
    "mixup": "mixup of window pairs, weights from Beta({ours}, {ours})",
    "weight_averaging": "an exponential average of the weights, decay {ours}",
}


def differences(params: Mapping[str, Any], inputs: str = AS_THEY_ARE) -> list[str]:
    """Say what differs from the lesson's network and training, a line each.

    `inputs` is one of `challenge.inputs.INPUTS`.
    """
    lines = [DIFFERENCES[inputs]] if inputs in DIFFERENCES else []
    for name, lesson in LESSON.items():
        ours = params[name]
        if ours == lesson:
            continue
        if name == "depth":
            layers = "layer" if ours == 1 else "layers"
            lines.append(f"{ours} hidden {layers} instead of {lesson}")
        elif name == "batch_norm":
            lines.append("no BatchNorm")
        elif name == "dropout" and ours == 0:
            lines.append("no dropout")
        else:
            text = f"{ours:.4g}" if isinstance(ours, float) else str(ours)
            lines.append(_WORDS[name].format(ours=text, lesson=lesson))
    return lines
