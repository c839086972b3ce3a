"""A small data set in UCI's format whose numbers are the same on every machine."""

from pathlib import Path

import numpy as np

NAMES = {"train": (1, 3, 5, 6), "test": (2, 4)}


def write_plain_data(folder: Path) -> None:
    """Write 48 windows a person; whole thousandths, so that no processor rounds them otherwise."""
    chance = np.random.default_rng(561)
    centres = chance.integers(-250, 251, (6, 561))
    for split, people in NAMES.items():
        (folder / split).mkdir(parents=True)
        labels = np.tile(np.repeat(np.arange(6), 8), len(people))
        shifts = np.repeat(chance.integers(-150, 151, (len(people), 561)), 48, axis=0)
        noise = chance.integers(-600, 601, (len(labels), 561))
        windows = (centres[labels] + shifts + noise) / 1000
        np.savetxt(folder / split / f"X_{split}.txt", windows, "%.3f")
        np.savetxt(folder / split / f"y_{split}.txt", labels + 1, "%d")
        np.savetxt(folder / split / f"subject_{split}.txt", np.repeat(people, 48), "%d")
    lines = (f"{number} feature {number}\n" for number in range(1, 562))
    (folder / "features.txt").write_text("".join(lines))
