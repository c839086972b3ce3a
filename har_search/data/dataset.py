"""What a data set is: two splits of windows by different people."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REAL = "uci-har"
SIMULATED = "simulated"


@dataclass(frozen=True, eq=False)
class Split:
    """One split of N windows.

    `features` (N, F) float32, about -1 to 1 without unit; `labels` (N,) int64, index into
    `ACTIVITIES`; `subjects` (N,) int64, the number of the person who wore the phone.
    """

    features: NDArray[np.float32]
    labels: NDArray[np.int64]
    subjects: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Dataset:
    """A train and a test split that share no subject, and where they come from.

    `name` is `uci-har` or `simulated`; `fingerprint` identifies the content, wherever it lies;
    `source` says in words where it was read from.
    """

    name: str
    train: Split
    test: Split
    feature_names: tuple[str, ...]
    fingerprint: str
    source: str


def fingerprint(train: Split, test: Split) -> str:
    """Return 16 hexadecimal digits of the SHA-256 over both splits' arrays."""
    import numpy as np  # not for those who read of data and have none

    digest = hashlib.sha256()
    for split in (train, test):
        for array in (split.features, split.labels, split.subjects):
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:16]
