"""What the database knows of one finished trial: figures, pictures, data, and where its files are.

Only reads. Needs torch for the configuration alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from har_search.challenge.figures import Details
from har_search.challenge.rules import gap
from har_search.entries.entry import Entry, entries
from har_search.storage import details
from har_search.storage.database import open_for_reading
from har_search.storage.trials import trial_files, trial_state, user_attributes
from har_search.study.spec import StudySpec


@dataclass(frozen=True)
class Record:
    """A finished trial as recorded.

    `figures` holds every attribute of the trial and its score, accuracies as fractions. `files`
    maps the names of the trial's files to the keys that they have in the artifacts' folder.
    """

    entry: Entry
    figures: Mapping[str, Any]
    pruned: bool
    details: Details | None
    files: Mapping[str, str]

    @property
    def own(self) -> dict[str, float]:
        """Test accuracy, train accuracy and gap of the network that is kept.

        These are the trial's figures, or with several seeds the first one's.
        """
        prefix = "first_" if "replicas" in self.figures else ""
        test, train = (self.figures[f"{prefix}{name}_accuracy"] for name in ("test", "train"))
        return {"test_accuracy": test, "train_accuracy": train, "gap": gap(train, test)}

    @property
    def spec(self) -> StudySpec:
        """Its study's spec."""
        return self.entry.stored.spec


def read_record(url: str, trial: int, study: str | None = None) -> Record:
    """Read what the database knows of a finished trial.

    Raises:
        NotFoundError: no such database, study or finished trial, or several studies have one.
        StorageError: the database cannot be read.
    """
    (entry,) = entries(url, study, [trial], None)
    own = entry.study, entry.number
    with open_for_reading(url) as connection:
        state = trial_state(connection, *own)
        figures = user_attributes(connection, *own)
        files = trial_files(connection, *own)
    return Record(
        entry=entry,
        figures=figures | {"score": entry.standing.score},
        pruned=state == "PRUNED",
        details=details.read(url, *own),
        files=files,
    )
