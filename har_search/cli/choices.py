"""What words on the command line stand for: studies and tracks."""

from __future__ import annotations

import contextlib
import getpass
from typing import TYPE_CHECKING

import typer

from har_search.challenge.rules import track_key
from har_search.challenge.words import visible
from har_search.errors import NotFoundError, OptionError

if TYPE_CHECKING:
    from har_search.study.spec import StudySpec


def find_study(study: str, storage: str, data: str) -> tuple[StudySpec, str]:
    """Find a study by name or file, or else in the database; return it and the data to take."""
    from har_search.errors import StudyFileError
    from har_search.study.file import load_spec

    try:
        return load_spec(study), data
    except StudyFileError:
        if study.endswith(".toml"):
            raise
        stored = None
        with contextlib.suppress(NotFoundError):
            from har_search.storage.studies import read_study

            stored = read_study(storage, study)
        if stored is None:
            raise
    return stored.spec, data_of(stored.dataset, data)


def student_name(given: str | None) -> str:
    """Return whose entries these are: the name given, or else the login name.

    Raises:
        OptionError: it holds control characters, or bytes that are no UTF-8.
    """
    name = given or getpass.getuser()
    if visible(name) != name:
        raise OptionError(
            f"the student's name {visible(name)} holds control characters or bytes that are no "
            "UTF-8; give another with --student NAME"
        )
    return name


def chosen_tracks(until: str | None, spec: StudySpec) -> tuple[str, ...]:
    """Split the tracks of --until and check that the study has them."""
    if until is None:
        return ()
    names = {track.name.upper(): track.name for track in spec.tracks}
    chosen = [each.strip().upper() for each in until.split(",")]
    for each in chosen:
        if each not in names:
            raise OptionError(
                f"--until {until}: the study's tracks are {', '.join(names.values())}"
            )
    return tuple(names[each] for each in chosen)


def check_track(storage: str, study: str | None, track: str | None) -> None:
    """Check that a study has the track of that name; without a study, any of them.

    Raises:
        BadParameter: none has.
        NotFoundError: no database there.
    """
    if track is None:
        return
    from har_search.board.standings import track_names

    names = track_names(storage, study)
    if not names or track_key(track) in map(track_key, names):
        return
    one = "" if "," not in track else f" --track takes one, as in `--track {names[0]}`."
    raise typer.BadParameter(
        f"no track {visible(track)} here: there is {' and '.join(names)}.{one}".removesuffix("."),
        param_hint="--track",
    )


def study_filter(study: str | None) -> str | None:
    """Return the study's name, also where its file was given, as `run` takes it."""
    if study is None or not study.endswith(".toml"):
        return study
    from har_search.study.file import load_spec

    return load_spec(study).name


def data_of(recorded: str, data: str) -> str:
    """Return which data to take for a trial on the recorded ones: simulated ones need no asking."""
    return recorded if recorded == "simulated" and data == "auto" else data
