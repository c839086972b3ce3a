"""The study files that come with the package."""

from __future__ import annotations

from pathlib import Path


def shipped_studies() -> dict[str, Path]:
    """Return the study files that come with the package, by name."""
    package = Path(__file__).parents[1]
    installed, checkout = package / "studies", package.parent / "studies"
    folder = installed if installed.is_dir() else checkout
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}
