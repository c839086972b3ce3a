"""The activities are UCI's, in its order: a label is an index into them."""

import io
import zipfile

import pytest

from har_search.challenge.activities import ACTIVITIES, FEATURE_COUNT, activity_name


def test_names_are_written_for_people() -> None:
    assert activity_name("WALKING_UPSTAIRS") == "walking upstairs"
    assert activity_name("LAYING") == "laying"


@pytest.mark.real
def test_names_order_and_count_are_those_of_the_real_data(real_data: str) -> None:
    with zipfile.ZipFile(real_data) as outer:
        inner = next(name for name in outer.namelist() if name.endswith("Dataset.zip"))
        content = outer.read(inner)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        labels = archive.read("UCI HAR Dataset/activity_labels.txt").decode().split()
        features = archive.read("UCI HAR Dataset/features.txt").decode().splitlines()
    assert labels[::2] == ["1", "2", "3", "4", "5", "6"]
    assert tuple(labels[1::2]) == ACTIVITIES
    assert len(features) == FEATURE_COUNT
