"""An exported trial's README.md: a model card with the sections that Hugging Face's have."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from har_search.board.confusion import per_activity
from har_search.board.differences import differences
from har_search.challenge.activities import activity_name
from har_search.challenge.inputs import CALIBRATED, EXPLAINED, NONE, PERSON, PERSON_RANKS, TRAIN
from har_search.challenge.words import markdown_text, percent
from har_search.data.dataset import SIMULATED
from har_search.data.describe import CITATION
from har_search.networks import mlp
from har_search.storage.artifacts import CONFUSION_MATRIX

About = Mapping[str, Any]


def model_card(about: About, *, onnx: bool) -> str:
    """Write the card of what trial.json says; names that people chose are plain text in it."""
    parts = [
        _HEAD,
        *_title(about),
        *_details(about),
        _USES,
        *_limits(about),
        *_start(onnx=onnx, person=about["standardize"] in CALIBRATED),
        *_training(about),
        *_evaluation(about),
        *_end(about),
    ]
    return "\n".join(parts) + "\n"


_HEAD = """---
library_name: pytorch
pipeline_tag: tabular-classification
tags:
- human-activity-recognition
metrics:
- accuracy
---
"""


def _title(about: About) -> Iterator[str]:
    figures = about["figures"]
    made = [track for track, each in about["tracks"].items() if each["made"]]
    yield f"# Human activity recognition: trial {about['trial']} of {_study(about)}\n"
    if about["data"]["name"] == SIMULATED:
        yield (
            "> **Trained and tested on simulated data**, which no phone measured: its figures say "
            "nothing about people, nor about the homework.\n"
        )
    yield (
        "A small multilayer perceptron that tells six activities from 561 features of a phone's "
        f"motion. Test accuracy **{percent(figures['test_accuracy'])} %** at a train-test gap of "
        f"**{percent(figures['gap'])} pp**; "
        f"{f'it makes track {_and(made)}' if made else 'it makes no track'} of the homework.\n"
    )
    if about["standardize"] in CALIBRATED:
        yield f"> **Calibrated per person:** {EXPLAINED[about['standardize']]}.\n"


def _details(about: About) -> Iterator[str]:
    network = mlp.MLPConfig(**about["network"])
    weights = about["weights"]
    yield "## Model details\n"
    yield f"- **Made by:** {markdown_text(about['student']) or 'unknown'}"
    yield f"- **Parameters:** {about['figures']['parameters']:,}"
    yield f"- **Input:** {_INPUTS[about['standardize']]}"
    yield "- **Output:** `logits` (N, 6); the largest is the activity, their softmax probabilities"
    yield f"- **Activities, in order:** {', '.join(map(activity_name, about['activities']))}"
    yield f"- **Weights:** {weights['from']}, epoch {about['training']['checkpoint_epoch']}"
    if weights["because"]:
        yield f"  (trained again with the trial's seed, because {weights['because']})"
    takes = about["standardize"] if about["standardize"] in CALIBRATED else NONE
    yield f"\n```python\n{mlp.source(network, takes)}\n```\n"


_RAW = "`windows` (N, 561), UCI HAR's features, scaled to -1 to 1 as there"
_ONE_PERSONS = (
    f"{_RAW} and then standardised by ONE person's own {{}}, which `standardize` in model.py does; "
    "model.onnx takes standardised windows, too"
)
_INPUTS = {
    NONE: _RAW,
    TRAIN: f"{_RAW}; its first layer standardises them by the training people's mean and spread",
    PERSON: _ONE_PERSONS.format("mean and standard deviation"),
    PERSON_RANKS: _ONE_PERSONS.format("mean, standard deviation and ranks"),
}


_USES = """## Uses

**Intended:** a homework entry, teaching, and comparison with other models on UCI HAR's published
split.

**Out of scope:** anything on which somebody's health, safety, money or privacy depends; other
sensors, other places of the phone, other activities. The network always answers with one of its
six activities, whatever the person does.
"""


_PEOPLE = """\
- **Few people.** The data are of 30 volunteers aged 19 to 48, 21 to train on and 9 to test on. How
  it does on others, such as children or people with a walking aid, is not known.
- **One place and one phone.** Worn on the waist, in a laboratory, doing scripted activities. A
  phone in a pocket or a hand gives other signals."""


_CALIBRATION = """\
- **It must be calibrated** by a few minutes of the person's own windows, in all six activities,
  each for about as long as in UCI HAR. With 100 windows at random networks like this one lost
  0.2 pp or less; without one of the activities up to 6 pp, and by a person's first 100 windows,
  with hardly any stairs, more than 20 pp. They do not say so.
  Nor can this network answer for a person's first window."""


def _limits(about: About) -> Iterator[str]:
    yield "## Bias, risks and limitations\n"
    if about["data"]["name"] != SIMULATED:
        yield _PEOPLE
    yield (
        f"- **The test set was used for choosing.** {_chosen(about)} those "
        "of the best score on the test windows, so the test accuracy is somewhat too good: "
        + (
            "see the figures of fresh seeds below."
            if about["confirmed"]
            else "expect less from new people, and from another seed. No fresh seeds were tried."
        )
    )
    if about["standardize"] in CALIBRATED:
        yield _CALIBRATION
    yield "- **Probabilities promise nothing:** 0.9 does not mean right nine times out of ten.\n"


def _chosen(about: About) -> str:
    training = about["training"]
    if training["scored_epoch"] == "best":
        return "The epoch and the hyperparameters were"
    return "The hyperparameters, though not the epoch, were"


def _start(*, onnx: bool, person: bool) -> Iterator[str]:
    yield "## How to get started\n"
    yield "In this folder, with PyTorch alone:\n"
    yield _WITH_TORCH_PER_PERSON if person else _WITH_TORCH
    if onnx:
        yield (
            "With ONNX Runtime:\n\n```python\nimport numpy as np\nimport onnxruntime\n\n"
            'session = onnxruntime.InferenceSession("model.onnx")\n'
            f"windows = np.zeros((1, 561), np.float32){_STANDARDIZED if person else ''}\n"
            'logits = session.run(["logits"], {"windows": windows})[0]\n```\n'
        )
    yield "Or `har-search predict FOLDER X_test.txt` for files of windows" + (
        ": it standardises them itself. A file's windows are one person's, or "
        "`--subjects subject_test.txt` says whose each is.\n"
        if person
        else ".\n"
    )


_WITH_TORCH = """```python
import torch
from model import ACTIVITIES, model

windows = torch.zeros(1, 561)  # yours: rows of UCI HAR's features
for number in model(windows).argmax(dim=1):
    print(ACTIVITIES[number])
```
"""
_WITH_TORCH_PER_PERSON = """```python
import torch
from model import ACTIVITIES, model, standardize

windows = torch.rand(300, 561)  # yours: ONE person's, of some minutes, in all activities
for number in model(standardize(windows)).argmax(dim=1):
    print(ACTIVITIES[number])
```
"""
_STANDARDIZED = "  # one person's, standardised as model.py does"


def _training(about: About) -> Iterator[str]:
    training, data = about["training"], about["data"]
    yield "## Training details\n"
    yield (
        f"**Data:** {data['name']}, fingerprint `{data['fingerprint']}`; the published split, in "
        "which train and test share no person.\n"
    )
    yield (
        f"**Procedure:** cross-entropy, {training['optimizer']}, epoch "
        f"{training['checkpoint_epoch']} of {training['epochs_trained']} trained, on a schedule of "
        f"{training['epochs_of_schedule']}; seed {about['seed']}. What differs from the lesson's "
        "own network and training:\n"
    )
    for line in differences(about["hyperparameters"], about["standardize"]) or ["nothing"]:
        yield f"- {line}"
    yield "\n| hyperparameter | value |\n| --- | --- |"
    for name, value in about["hyperparameters"].items():
        yield f"| {name.replace('_', ' ')} | {markdown_text(value)} |"
    yield ""


def _evaluation(about: About) -> Iterator[str]:
    figures, recorded = about["figures"], about["recorded"]
    yield "## Evaluation\n"
    yield (
        "In eval mode over whole splits. The gap is train less test accuracy, in percentage points "
        "(pp).\n"
    )
    yield "| figure | |\n| --- | ---: |"
    for name in ("test_accuracy", "train_accuracy", "gap"):
        unit = "pp" if name == "gap" else "%"
        yield f"| {name.replace('_', ' ')} | {percent(figures[name])} {unit} |"
    for track, each in about["tracks"].items():
        made = "made" if each["made"] else "not made"
        yield f"| track {markdown_text(track)} ({each['rule']}) | {made} |"
    if figures != figures | recorded:
        yield (
            "\n**These are not the recorded figures:** those are a test accuracy of "
            f"{percent(recorded['test_accuracy'])} % at a gap of {percent(recorded['gap'])} pp, "
            "and training again did not bring the same network back."
        )
    yield from _seeds(about)
    yield from _confirmed(about["confirmed"])
    yield "\n| activity | precision % | recall % | windows |\n| --- | ---: | ---: | ---: |"
    for row in per_activity(about["confusion"]):
        shares = " | ".join(
            "–" if each is None else percent(each) for each in (row.precision, row.recall)
        )
        yield f"| {activity_name(row.activity)} | {shares} | {row.windows:,} |"
    yield (
        "\n![Test windows by activity (rows) and by what they were taken for (columns)]"
        f"({CONFUSION_MATRIX})\n"
    )


def _seeds(about: About) -> Iterator[str]:
    """Say which means the leaderboard shows, where they are of several seeds."""
    seeds, board = about["seeds"], about["leaderboard"]
    if seeds is not None:
        yield (
            f"\n**The leaderboard has the means over {seeds['count']} seeds:** test accuracy "
            f"{percent(board['test_accuracy'])} % (sd {percent(seeds['test_accuracy_sd'])} pp), "
            f"gap {percent(board['gap'])} pp. This network is the first seed's, not the luckiest."
        )


def _confirmed(summary: About | None) -> Iterator[str]:
    """Say what fresh seeds made of the configuration, where they were tried."""
    if summary is None:
        return
    spread = "" if summary["test_sd"] is None else f" (sd {percent(summary['test_sd'])} pp)"
    yield (
        f"\n**Confirmed with {summary['seeds']} fresh seeds**, nothing chosen by the test set but "
        f"the configuration: mean test accuracy {percent(summary['test_mean'])} %{spread}, mean "
        f"gap {percent(summary['gap_mean'])} pp; "
        + ", ".join(
            f"track {markdown_text(track)}: {verdict}"
            for track, verdict in summary["verdicts"].items()
        )
        + "."
    )


def _end(about: About) -> Iterator[str]:
    trained, exported = about["trained_with"], about["exported_with"]
    study = shlex.quote(" ".join(about["study"].split()))
    yield "## Reproduce it\n"
    # Indented, because nothing within such a line can end it.
    yield f"    har-search reproduce {about['trial']} --study {study}\n"
    versions = markdown_text(trained["versions"] or "unknown")
    yield f"Trained on {markdown_text(trained['device'] or 'unknown')} with {versions}; exported"
    yield f"with {markdown_text(exported['versions'])}.\n"
    if about["data"]["name"] != SIMULATED:
        yield f"## Citation\n\nThe data (CC BY 4.0): {CITATION}"


def _study(about: About) -> str:
    return f"study {markdown_text(about['study'])}"


def _and(names: list[str]) -> str:
    return " and ".join(markdown_text(each) for each in names)
