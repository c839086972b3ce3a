"""One trial in words: its figures, what differs from the lesson's network, and its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from har_search.board.standings import Selection, leaderboard, rows_of, study_names
from har_search.board.words import of_seeds
from har_search.challenge.inputs import AS_THEY_ARE, DIFFERENCES, explained
from har_search.challenge.words import percent
from har_search.errors import NotFoundError
from har_search.study.spec import LESSON


def find_trial(url: str, trial: int, study: str | None = None) -> dict[str, Any]:
    """Return the standing of one finished trial.

    Raises:
        NotFoundError: no such database, study or finished trial, or several studies have one.
        StorageError: the database cannot be read.
    """
    names = study_names(url)
    if study is not None and study not in names:
        raise NotFoundError(f"no study '{study}'; there is {', '.join(names) or 'none yet'}")
    found = rows_of(leaderboard(url, Selection(study=study, trial=trial, simulated=True)))
    if not found:
        place = f"study '{study}'" if study else "any study"
        raise NotFoundError(
            f"no finished trial {trial} in {place}; `har-search leaderboard` lists them"
        )
    if len(found) > 1:
        studies = ", ".join(row["study"] for row in found)
        raise NotFoundError(f"trial {trial} is in several studies ({studies}); add --study NAME")
    return found[0]


def figures(row: Mapping[str, Any]) -> list[str]:
    """Say how a trial did, a line each."""
    qualifies = (
        f"qualifies for track {' and '.join(row['tracks'])}" if row["tracks"] else "no track"
    )
    lines = [
        f"test {percent(row['test_accuracy'])} %, train {percent(row['train_accuracy'])} %, "
        f"gap {percent(row['gap'])} pp, score {percent(row['score'])}: {qualifies}",
        f"epoch {row['epoch']} of {row['epochs']} trained, {row['parameters']:,} parameters, "
        f"{row['seconds']:.1f} s, seed {row['seed']}",
        f"student {row['student']}, data {row['dataset']}",
        *filter(None, [explained(row["standardize"])]),
    ]
    return [lines[0], of_seeds(row), *lines[1:]] if row["replicas"] > 1 else lines


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
