"""From what the user asked for to a data set: a path, UCI's download or the simulation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from har_search.data.cache import FORMAT, cached, default_cache_folder, key_of, locked
from har_search.data.dataset import SIMULATED, Dataset
from har_search.data.download import UCI_ARCHIVES, OnProgress, download
from har_search.data.parse import parse
from har_search.data.simulate import simulate
from har_search.errors import DataError

AUTO, UCI = "auto", "uci"


@dataclass(frozen=True)
class Located:
    """A data set, the folder of its memory-mapped arrays, and why it is not the real one, if so."""

    dataset: Dataset
    folder: Path
    fallback_reason: str | None = None


def locate(
    data: str = AUTO,
    cache_folder: Path | None = None,
    on_progress: OnProgress | None = None,
    on_parse: Callable[[], None] | None = None,
) -> Located:
    """Find the data set.

    `data` is the path of UCI's zip or folder; `auto` (download once, simulated where that fails);
    `uci` (download or fail); or `simulated`. `on_progress` follows a download in bytes, `on_parse`
    is called before a parse.

    Raises:
        DataError: nothing usable there, by file and row.
    """
    folder = cache_folder or default_cache_folder()
    if data == SIMULATED:
        return _simulated(folder)
    if data not in (AUTO, UCI):
        return _real(Path(data), folder, on_parse)
    try:
        with locked(folder):
            archive = download(UCI_ARCHIVES, folder / "downloads", on_progress)
    except DataError as error:
        if data == UCI:
            raise DataError(f"{error}; give a copy of UCI's zip with --data PATH") from error
        return _simulated(folder, str(error))
    return _real(archive, folder, on_parse)


def _real(path: Path, folder: Path, on_parse: Callable[[], None] | None) -> Located:
    def make() -> Dataset:
        if on_parse is not None:
            on_parse()
        return parse(path)

    key = f"uci-har-{key_of(path)}"
    return Located(cached(folder, key, make), folder / "parsed" / key)


def _simulated(folder: Path, reason: str | None = None) -> Located:
    key = f"{SIMULATED}-{FORMAT}"
    return Located(cached(folder, key, simulate), folder / "parsed" / key, reason)
