"""What `har-search data` says: windows, people, labels, where it all lies, licence and citation."""

from __future__ import annotations

import numpy as np

from har_search.challenge.activities import ACTIVITIES
from har_search.data.dataset import REAL, fingerprint
from har_search.data.locate import Located
from har_search.errors import DataError

LICENCE = "CC BY 4.0 (UCI Machine Learning Repository, data set 240, DOI 10.24432/C54S4K)"
CITATION = (
    "D. Anguita, A. Ghio, L. Oneto, X. Parra and J. L. Reyes-Ortiz. A Public Domain Dataset for "
    "Human Activity Recognition Using Smartphones. ESANN 2013, Bruges, pages 437-442."
)


def verify(located: Located) -> None:
    """Read every cached number again and compare with the stored fingerprint.

    Raises:
        DataError: the cache is damaged.
    """
    dataset = located.dataset
    found = fingerprint(dataset.train, dataset.test)
    if found != dataset.fingerprint:
        raise DataError(
            f"{located.folder}: the cache is damaged (fingerprint {found}, not "
            f"{dataset.fingerprint}); delete that folder and run this again"
        )


def describe(located: Located) -> list[str]:
    """Describe the data set, a line each."""
    dataset = located.dataset
    lines = [f"{dataset.name}, fingerprint {dataset.fingerprint} (verified)", ""]
    for name, split in (("train", dataset.train), ("test", dataset.test)):
        subjects = np.unique(split.subjects)
        lines.append(
            f"{name:5} {len(split.labels):,} windows of {split.features.shape[1]} features, "
            f"{len(subjects)} subjects: {' '.join(str(each) for each in subjects)}"
        )
    lines += ["", f"{'activity':20}{'train':>7}{'test':>7}"]
    counts = [
        np.bincount(split.labels, minlength=len(ACTIVITIES))
        for split in (dataset.train, dataset.test)
    ]
    for activity, train, test in zip(ACTIVITIES, *counts, strict=True):
        lines.append(f"{activity:20}{train:7,}{test:7,}")
    lines += ["", f"from   {dataset.source}", f"cache  {located.folder}"]
    if dataset.name == REAL:
        lines += [f"licence   {LICENCE}", f"citation  {CITATION}"]
    else:
        lines.append("Simulated by har-search; no phone measured it. Free to use.")
    return lines
