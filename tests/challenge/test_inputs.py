"""How people are told of a network's inputs: of each kind, and of windows as they are."""

import pytest

from har_search.challenge.inputs import (
    AS_THEY_ARE,
    CALIBRATED,
    INPUTS,
    PERSON,
    PERSON_RANKS,
    TRAIN,
    all_explained,
    comment,
    explained,
    label,
    short_label,
)


def test_nothing_is_said_of_windows_as_they_are() -> None:
    said = label(AS_THEY_ARE), short_label(AS_THEY_ARE), explained(AS_THEY_ARE)
    assert said == ("", "", "")
    assert comment(AS_THEY_ARE) == all_explained([AS_THEY_ARE]) == []


@pytest.mark.parametrize("inputs", [each for each in INPUTS if each != AS_THEY_ARE])
def test_what_needs_a_persons_own_windows_says_so_everywhere(inputs: str) -> None:
    calibrated = inputs in CALIBRATED
    assert ("per person" in label(inputs)) == calibrated
    assert ("calibrated" in short_label(inputs)) == calibrated
    assert ("a new user first wears the phone" in explained(inputs)) == calibrated
    lines = comment(inputs)
    assert all(line.startswith("# ") and len(line) < 80 for line in lines)
    assert ("ONE person's windows" in lines[0]) == calibrated


def test_each_kind_is_explained_once_and_always_in_one_order() -> None:
    found = [PERSON_RANKS, TRAIN, AS_THEY_ARE, PERSON, TRAIN]
    assert all_explained(found) == [explained(each) for each in (TRAIN, PERSON, PERSON_RANKS)]
    assert explained(TRAIN).startswith("Standardised by the training people: each feature less")
