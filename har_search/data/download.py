"""UCI's download: resumed after a break, and kept only once its size and SHA-256 are right."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from har_search.errors import DataError

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Archive:
    """A file on the web and what it must be."""

    url: str
    size: int
    sha256: str


UCI_ARCHIVES = (
    Archive(
        "https://archive.ics.uci.edu/static/public/240/"
        "human+activity+recognition+using+smartphones.zip",
        61_005_872,
        "c00b803081a5c797cd5e4b83700a9810b38d53d9d84e01917e090e1fdbc81031",
    ),
    Archive(
        "https://archive.ics.uci.edu/ml/machine-learning-databases/00240/UCI%20HAR%20Dataset.zip",
        60_999_314,
        "2045e435c955214b38145fb5fa00776c72814f01b203fec405152dac7d5bfeb0",
    ),
)
CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
ATTEMPTS = 4


def download(
    archives: tuple[Archive, ...],
    folder: Path,
    on_progress: OnProgress | None = None,
    pause_seconds: float = 1.0,
) -> Path:
    """Fetch the first archive that can be had into `folder` and return its path.

    Bytes gather in a `.part` file, which a later call carries on from. `on_progress` is told the
    bytes there and the bytes in all.

    Raises:
        DataError: none could be fetched whole; the message holds the first archive's reason.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reasons = []
    for archive in archives:
        target = folder / f"{archive.sha256[:16]}.zip"
        if target.exists():
            return target
        part = target.with_suffix(".part")
        try:
            _fetch(archive, part, on_progress, pause_seconds)
        except (httpx.HTTPError, DataError) as error:
            reasons.append(f"{archive.url}: {str(error) or type(error).__name__}")
            continue
        part.replace(target)
        return target
    raise DataError(f"the data set could not be downloaded ({reasons[0]})")


def _fetch(archive: Archive, part: Path, on_progress: OnProgress | None, pause: float) -> None:
    """Fill `part` and check it; a break is retried from where it came, as long as bytes arrive."""
    attempt = 0
    while _size(part) < archive.size:
        before = _size(part)
        try:
            _append(archive, part, on_progress)
        except httpx.ConnectError:
            raise  # no network: retrying keeps the user waiting for nothing
        except httpx.HTTPError:
            attempt = 0 if _size(part) > before else attempt + 1
            if attempt >= ATTEMPTS:
                raise
            time.sleep(pause)
            continue
        if _size(part) < archive.size:  # the server closed early without an error
            attempt = 0 if _size(part) > before else attempt + 1
            if attempt >= ATTEMPTS:
                raise DataError(f"only {_size(part):,} of {archive.size:,} bytes came")
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != archive.sha256:
        part.unlink()
        raise DataError(f"SHA-256 is {digest[:16]}…, not {archive.sha256[:16]}…")


def _append(archive: Archive, part: Path, on_progress: OnProgress | None) -> None:
    """Request what is missing from `part` and append it as it comes."""
    have = _size(part)
    headers = {"Range": f"bytes={have}-", "Accept-Encoding": "identity"} if have else {}
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    with httpx.stream(
        "GET", archive.url, headers=headers, timeout=timeout, follow_redirects=True
    ) as response:
        response.raise_for_status()
        resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
        announced = response.headers.get("Content-Length")
        if announced is not None and int(announced) + have * resumed != archive.size:
            raise DataError(f"the file is not {archive.size:,} bytes long")
        with part.open("ab" if resumed else "wb") as file:
            for chunk in response.iter_raw():
                if file.tell() + len(chunk) > archive.size:
                    raise DataError(f"more than {archive.size:,} bytes came")
                file.write(chunk)
                if on_progress is not None:
                    on_progress(file.tell(), archive.size)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
