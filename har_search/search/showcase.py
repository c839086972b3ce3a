"""What optuna-dashboard shows of a study beside Optuna's own: its note, its plot, notable trials.

What costs time or memory is done by one process, the one that started the workers: the study's note
and plot, the pictures of leaders at once, and those of the others of the final ten at the end.
"""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import optuna

from har_search.board.colours import LIGHT
from har_search.board.frame import frame
from har_search.board.standings import Leaderboard, Selection, Standing, leaderboard
from har_search.board.status import Point
from har_search.board.words import accuracy_of, gap_of, led_with
from har_search.challenge.figures import Details
from har_search.challenge.inputs import explained
from har_search.challenge.rules import Track
from har_search.search.notable import TOP
from har_search.storage.artifacts import CONFUSION_MATRIX, LEARNING_CURVE
from har_search.storage.database import open_for_writing
from har_search.storage.details import read
from har_search.storage.patient import PatientStorage
from har_search.storage.studies import read_study, studies_kept
from har_search.storage.trials import trial_files
from har_search.study.spec import StudySpec
from har_search.texts import rendered

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def draw_pictures(
    storage: PatientStorage, study: str, number: int, folder: Path, details: Details, epoch: int
) -> None:
    """Put pictures of a trial, running or finished, into the folder, and tell Optuna of them.

    Raises:
        OSError: the folder cannot be written.
    """
    from optuna.artifacts import FileSystemArtifactStore

    from har_search.board import pictures  # matplotlib: for those who draw

    store = FileSystemArtifactStore(folder)
    drawn = {
        LEARNING_CURVE: pictures.draw_learning_curve(details.curve, epoch),
        CONFUSION_MATRIX: pictures.draw_confusion_matrix(details.confusion),
    }
    metas = {}
    for name, figure in drawn.items():
        key = str(uuid.uuid4())
        store.write(key, io.BytesIO(pictures.png(figure)))
        meta = {"artifact_id": key, "filename": name, "mimetype": "image/png", "encoding": None}
        metas[f"artifacts:{key}"] = json.dumps(meta)  # as `upload_artifact` writes it
    storage.add_trial_system_attrs(study, number, metas)


PLOT_EVERY = 10  # finished trials
PLOTTED = 500  # trials at most, the best ones
PLOT = "accuracy-against-gap"


@dataclass(frozen=True)
class Showcase:
    """One study's showcase; `folder` is the artifacts', if any."""

    storage: PatientStorage
    study: optuna.Study
    spec: StudySpec
    folder: Path | None

    def refresh(self, number: int, done: int, *, leads: bool) -> None:
        """Bring up to date what shows trial `number`, the `done`-th to have finished."""
        if leads:
            self.refresh_note()
            self.draw(Selection(study=self.study.study_name, trial=number, simulated=True))
        if done % PLOT_EVERY == 0:
            self.refresh_plot()

    def finish(self) -> None:
        """Bring all up to date at a search's end."""
        self.refresh_note()
        self.refresh_plot()
        self.draw(Selection(study=self.study.study_name, top=TOP, simulated=True))

    def draw(self, selection: Selection) -> None:
        """Draw the pictures of those trials that have none yet."""
        if self.folder is None:
            return
        name = self.study.study_name
        for standing in leaderboard(self.storage.url, selection).standings:
            number = standing.trial
            with self.storage.engine.connect() as connection:
                files = trial_files(connection, name, number)
            if LEARNING_CURVE in files:
                continue
            details = read(self.storage.url, name, number)
            if details is not None:
                epoch = standing.epoch
                with suppress(OSError):
                    draw_pictures(self.storage, name, number, self.folder, details, epoch)

    def refresh_note(self) -> None:
        """Write the study's note: the challenge's rules, the tracks' leaders, how scores work."""
        board = leaderboard(self.storage.url, Selection(study=self.study.study_name, top=1))
        text = study_note(self.spec, board)
        from optuna_dashboard import save_note

        self.storage.patiently(lambda: save_note(self.study, text))

    def refresh_plot(self) -> None:
        """Draw the study's trials by gap and test accuracy, each track's zone shaded."""
        selection = Selection(study=self.study.study_name, top=PLOTTED)
        figure = plot(self.spec, leaderboard(self.storage.url, selection).standings)
        from optuna_dashboard import save_plotly_graph_object

        self.storage.patiently(
            lambda: save_plotly_graph_object(self.study, figure, graph_object_id=PLOT)
        )


def refresh_study_note(url: str, name: str) -> None:
    """Write a study's note anew, as after its entries were confirmed.

    Raises:
        StorageError: the database fails.
        NotFoundError: the study is deleted meanwhile.
    """
    with open_for_writing(url) as storage, studies_kept(storage, [name]):
        stored = read_study(url, name)
        if stored is not None:
            study = optuna.load_study(study_name=name, storage=storage)
            Showcase(storage, study, stored.spec, None).refresh_note()


def study_note(spec: StudySpec, board: Leaderboard) -> str:
    """Return the study's note in Markdown."""
    return rendered(
        "har_search.search",
        "study-note.md.jinja",
        spec=spec,
        board=board,
        best=next(iter(board.standings), None),
        led_with=led_with,
        accuracy_of=accuracy_of,
        gap_of=gap_of,
        explained=explained(spec.inputs),
        penalty=f"{spec.scoring.gap_penalty:g}",
        limit=f"{100 * spec.scoring.gap_limit:g}",
    )


def plot(spec: StudySpec, standings: Sequence[Standing]) -> Figure:
    """Return standings by gap and test accuracy as a plotly figure, the tracks' zones shaded."""
    import plotly.graph_objects as go  # only the worker that draws pays for it

    figure = go.Figure(layout={"template": "none", "hovermode": "closest"})
    groups: dict[tuple[str, ...], list[Standing]] = {}
    for standing in standings:
        groups.setdefault(standing.tracks, []).append(standing)
    for tracks, members in sorted(groups.items()):
        figure.add_scatter(
            name=f"track {' and '.join(tracks)}" if tracks else "no track",
            mode="markers",
            x=[round(100 * each.gap, 3) for each in members],
            y=[round(100 * each.test_accuracy, 3) for each in members],
            text=[f"trial {each.trial} of {each.student}" for each in members],
            marker=_marker(tracks, spec.tracks),
        )
    seen = frame([Point(each.test_accuracy, each.gap) for each in standings], spec.tracks)
    for track, colour in zip(spec.tracks, LIGHT.tracks, strict=False):
        figure.add_shape(
            type="rect",
            x0=seen.left,
            x1=seen.right if track.gap_below is None else 100 * track.gap_below,
            y0=100 * track.test_accuracy_above,
            y1=seen.top,
            layer="below",
            line={"width": 0},
            fillcolor=colour,
            opacity=0.14,
        )
    figure.update_layout(
        title="Accuracy against gap",
        xaxis={"title": {"text": "train-test gap, pp"}, "range": [seen.left, seen.right]},
        yaxis={"title": {"text": "test accuracy, %"}, "range": [seen.bottom, seen.top]},
    )
    return figure


def _marker(qualified: Sequence[str], tracks: Sequence[Track]) -> dict[str, Any]:
    """Return a mark in its track's colour, with that of a second one around it, as on the page."""
    named = zip((track.name for track in tracks), LIGHT.tracks, strict=False)
    colours = [colour for name, colour in named if name in qualified]
    if not colours:
        return {"size": 7, "color": LIGHT.other}
    around = {"color": colours[1], "width": 2} if len(colours) > 1 else {"width": 0}
    return {"size": 9, "color": colours[0], "line": around}
