"""A network's inputs: how its windows are prepared, and how people are told of it."""

from __future__ import annotations

from collections.abc import Iterable

AS_THEY_ARE, TRAIN, PERSON, PERSON_RANKS = "none", "train", "person", "person-ranks"
INPUTS = (AS_THEY_ARE, TRAIN, PERSON, PERSON_RANKS)
CALIBRATED = (PERSON, PERSON_RANKS)  # these need a person's own windows
LABELS = {
    TRAIN: "standardised by the training people",
    PERSON: "calibrated per person",
    PERSON_RANKS: "calibrated per person by ranks",
}
_SHORT = {TRAIN: "standardised", PERSON: "calibrated", PERSON_RANKS: "calibrated (ranks)"}

_FIRST_WORN = (
    "So a new user first wears the phone for some minutes, in all six activities: another promise "
    "than to recognise any single window"
)

EXPLAINED = {
    TRAIN: (
        "each feature less the training people's mean, divided by their standard deviation; the "
        "test people have no part in these"
    ),
    PERSON: (
        "each person's windows, the test people's too, are standardised by that person's own mean "
        f"and standard deviation, without labels. {_FIRST_WORN}"
    ),
    PERSON_RANKS: (
        "each person's windows, the test people's too, are compared with that person's others, "
        "without labels: each feature becomes the mean of its standard score and of the normal "
        f"score of its rank among them. {_FIRST_WORN}"
    ),
}
_COMMENTS = {
    TRAIN: (
        "inputs: windows standardised by the training people,",
        "each feature less their mean,",
        "divided by their standard deviation",
    ),
    PERSON: (
        "inputs: ONE person's windows, calibrated per person:",
        "each feature less that person's own mean,",
        "divided by that person's own standard deviation",
    ),
    PERSON_RANKS: (
        "inputs: ONE person's windows, calibrated per person by ranks:",
        "each feature the mean of its standard score, by that person's",
        "own mean and standard deviation, and its normal score: the normal",
        "quantile of its rank among that person's windows",
    ),
}
DIFFERENCES = {
    TRAIN: "inputs standardised by the training people's mean and standard deviation",
    PERSON: "inputs standardised by each person's own mean and standard deviation",
    PERSON_RANKS: "inputs standardised by each person's own mean, standard deviation and ranks",
}


def label(inputs: str) -> str:
    """Name one of `INPUTS` in a few words; empty for windows as they are."""
    return LABELS.get(inputs, "")


def short_label(inputs: str) -> str:
    """Name inputs in a word or two, for a table's column; empty for windows as they are."""
    return _SHORT.get(inputs, "")


def explained(inputs: str) -> str:
    """Say what inputs mean for whoever reads a figure; empty for windows as they are."""
    return f"{LABELS[inputs].capitalize()}: {EXPLAINED[inputs]}." if inputs in LABELS else ""


def all_explained(found: Iterable[str]) -> list[str]:
    """Explain each of the inputs found once."""
    known = set(found)
    return [explained(inputs) for inputs in INPUTS if inputs in known and inputs in LABELS]


def comment(inputs: str) -> list[str]:
    """Return the comment, a line each, that tells in source code what a network's inputs are."""
    return [f"# {line}" for line in _COMMENTS.get(inputs, ())]
