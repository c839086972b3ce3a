"""The report as one HTML file that needs nothing else, written whole or not at all."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path

import jinja2
from markupsafe import Markup

from har_search.board.colours import stylesheet
from har_search.board.columns import shown_columns
from har_search.board.trials import chosen_study
from har_search.board.words import (
    accuracy_of,
    confirmed_lines,
    ended_early,
    fresh_gap,
    fresh_test,
    gap_of,
    is_entry,
    judged,
    of_seeds,
    own_seed,
    pruned_legend,
    tracks_of,
)
from har_search.challenge.activities import ACTIVITIES, activity_name, short_activity_name
from har_search.challenge.inputs import explained, label
from har_search.challenge.words import percent, verdicts_explained
from har_search.errors import OptionError
from har_search.report.contents import Report, gather
from har_search.report.effects import ALPHA, title_of
from har_search.report.importance import FEWEST_TRIALS, SHUFFLES

FOLDER = Path(__file__).parent
STYLES = (FOLDER.parent / "web" / "static" / "style.css", FOLDER / "report.css")  # one family
MARK = '<meta name="generator" content="har-search report">'  # tells our files from others'


@dataclass(frozen=True)
class Written:
    """A report that was written: of which study, over how many finished trials, where, in bytes."""

    study: str
    finished: int
    path: Path
    size: int


def write_report(url: str, study: str | None, path: Path, *, force: bool = False) -> Written:
    """Write the report of a study, by default the only one on real data, to `path`.

    A file there is replaced where it is a report; another one only with `force`. The database is
    only read.

    Raises:
        NotFoundError: no database, no such study, or one without a finished trial.
        StorageError: the database cannot be read.
        OptionError: `path` cannot be written, or holds something else.
    """
    path = path.expanduser()
    check_file(path, force=force)
    report = gather(url, chosen_study(url, study))
    body = render(report, datetime.now().astimezone()).encode()
    _replace(path, body)
    return Written(report.study.name, report.finished, path, len(body))


def check_file(path: Path, *, force: bool) -> None:
    """Check that a report may be written there.

    Raises:
        OptionError: it may not; the message says why.
    """
    if path.is_dir():
        raise OptionError(f"{path} is a folder; name a file with --to, such as {path}/report.html")
    if not path.parent.is_dir():
        raise OptionError(f"there is no folder {path.parent} to write {path.name} to")
    if not path.exists() or force:
        return
    try:
        with path.open("rb") as file:
            ours = MARK.encode() in file.read(1000)
    except OSError as error:
        raise _cannot_write(path, error) from error
    if not ours:
        raise OptionError(
            f"{path} is there already and is no report; name another file with --to, or replace it "
            "with --force"
        )


def render(report: Report, now: datetime) -> str:
    """Return the report as HTML; `now` is its date."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "of_seeds": of_seeds,
        "percent": percent,
        "signed": signed,
        "confirmed_lines": confirmed_lines,
        "ended_early": ended_early,
        "fresh_gap": fresh_gap,
        "fresh_test": fresh_test,
        "gap_of": gap_of,
        "is_entry": is_entry,
        "judged": judged,
        "own_seed": own_seed,
        "pruned_legend": pruned_legend,
        "accuracy_of": accuracy_of,
        "tracks_of": tracks_of,
        "label": label,
        "explained": explained,
        "activity_name": activity_name,
        "title_of": title_of,
    }
    text = environment.get_template("report.html").render(
        report=report,
        now=now,
        mark=Markup(MARK),
        columns=shown_columns(report.standings, without=("parameters",)),
        verdicts_explained=verdicts_explained(),
        styles=Markup("\n".join([stylesheet(), *(each.read_text("utf-8") for each in STYLES)])),
        version=metadata.version("har-search"),
        short=[short_activity_name(each) for each in ACTIVITIES],
        alpha=ALPHA,
        fewest=FEWEST_TRIALS,
        shuffles=SHUFFLES,
    )
    return text.lstrip()


def signed(fraction: float) -> str:
    """Write a difference of fractions in percentage points, with its sign."""
    return f"{100 * fraction:+.2f}".replace("-", "−")


def _replace(path: Path, body: bytes) -> None:
    """Write beside the file and put it in its place at once: never half a report."""
    target = path.resolve()
    try:
        # A folder of our own: nobody can have put a link where the page is written.
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".half-") as half:
            beside = Path(half) / target.name
            beside.write_bytes(body)
            beside.replace(target)
    except OSError as error:
        raise _cannot_write(path, error) from error


def _cannot_write(path: Path, error: OSError) -> OptionError:
    return OptionError(f"cannot write {path}: {error.strerror or error}; name another with --to")
