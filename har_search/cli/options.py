"""Options that several commands share, and what turns their words into values."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from har_search.storage.defaults import DEFAULT_URL
from har_search.study.shipped import shipped_studies


class Sort(StrEnum):
    """What `leaderboard` ranks by."""

    score = "score"
    test = "test"
    gap = "gap"


class Device(StrEnum):
    """Where to train."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"
    mps = "mps"


class Listing(StrEnum):
    """How `predict` writes what it recognised."""

    table = "table"
    csv = "csv"


def seconds_of(text: str | float) -> float:
    """Turn `90`, `90s`, `10m` or `1h30m` into seconds."""
    import pandas as pd

    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = pd.Timedelta(str(text)).total_seconds()
        except ValueError as error:
            raise typer.BadParameter(f"{text!r} is no duration; write 90s, 10m or 1h30m") from error
    if not seconds > 0:
        raise typer.BadParameter("must be longer than 0")
    return seconds


def worker_count(text: str) -> int | None:
    """Turn `auto` or a number into how many workers to start."""
    if text == "auto":
        return None
    if not text.isdecimal() or int(text) < 1:
        raise typer.BadParameter(f"{text!r} is neither auto nor a number from 1 on")
    return int(text)


Storage = Annotated[
    str,
    typer.Option(
        metavar="URL",
        envvar="HAR_SEARCH_STORAGE",
        help=f"Default: {DEFAULT_URL}. Or postgresql+psycopg://USER@HOST/DATABASE.",
    ),
]
Data = Annotated[
    str,
    typer.Option(
        metavar="PATH",
        envvar="HAR_SEARCH_DATA",
        help="A zip or folder, or: uci, simulated, auto (uci, else simulated).",
    ),
]
Artifacts = Annotated[
    str | None,
    typer.Option(
        metavar="FOLDER",
        envvar="HAR_SEARCH_ARTIFACTS",
        help="Folder for notable trials' files. Default: beside the SQLite file, if there is one.",
    ),
]
Study = Annotated[
    str,
    typer.Option(
        metavar="STUDY",
        envvar="HAR_SEARCH_STUDY",
        help=f"{', '.join(shipped_studies())}, a file, or a stored one.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        parser=worker_count,
        metavar="N",
        envvar="HAR_SEARCH_WORKERS",
        help="Processes that train. Default: auto, one for each core.",
    ),
]
StudyFilter = Annotated[
    str | None,
    typer.Option("--study", metavar="STUDY", envvar="HAR_SEARCH_STUDY", help="Only this study."),
]
Trials = Annotated[
    int,
    typer.Option(
        min=1,
        metavar="N",
        envvar="HAR_SEARCH_TRIALS",
        help="Finished trials that the study shall have in all. Running again goes on.",
    ),
]
Timeout = Annotated[
    float | None,
    typer.Option(
        parser=seconds_of,
        metavar="TIME",
        envvar="HAR_SEARCH_TIMEOUT",
        help="Start no new trial after this time: 90s, 10m, 1h30m.",
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        min=0,
        metavar="N",
        envvar="HAR_SEARCH_SEED",
        help="Makes the search repeatable, with --workers 1.",
    ),
]
Until = Annotated[
    str | None,
    typer.Option(
        metavar="TRACKS",
        envvar="HAR_SEARCH_UNTIL",
        help="Stop as soon as these tracks have an entry: A, or A,B.",
    ),
]
Patience = Annotated[
    float,
    typer.Option(
        parser=seconds_of,
        metavar="TIME",
        envvar="HAR_SEARCH_PATIENCE",
        help="How long workers wait for a database that does not answer.",
    ),
]
