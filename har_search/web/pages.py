"""The Flask application: the class leaderboard and each entry's own page."""

from __future__ import annotations

import re

from flask import Flask, make_response, render_template, request, url_for
from markupsafe import Markup, escape
from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.wrappers import Response

from har_search.board import pictures
from har_search.board.colours import THEMES, stylesheet
from har_search.board.comparison import side_by_side
from har_search.board.confusion import per_activity
from har_search.board.curves import draw_learning_curves
from har_search.board.differences import differences
from har_search.board.standings import Standing, find_trial
from har_search.board.status import overview
from har_search.board.words import (
    accuracy_of,
    confirmed_lines,
    ended_early,
    foot,
    fresh_gap,
    fresh_test,
    gap_of,
    is_entry,
    judged,
    of_seeds,
    own_line,
    own_seed,
    pruned_legend,
    tracks_of,
)
from har_search.challenge.activities import activity_name
from har_search.challenge.inputs import explained, label
from har_search.challenge.words import percent
from har_search.entries.entry import entry_of
from har_search.errors import HarSearchError, NotFoundError, StorageError
from har_search.handin.script import training_script
from har_search.networks import mlp
from har_search.networks.mlp import mlp_config
from har_search.storage import details
from har_search.storage.database import masked
from har_search.web import gap_picture
from har_search.web.choice import Choice, ChoiceError, NotThereError
from har_search.web.contents import (
    Contents,
    contents,
    csv,
    entry_findings,
    shown_studies,
    shown_tracks,
)

# Everything comes from here: no other host, no inline script or style.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def make_pages(url: str) -> Flask:
    """Return the pages over the database at `url`, which they only read."""
    app = Flask(__name__, static_url_path="/assets")  # optuna-dashboard has /static
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {
        "percent": percent,
        "duration": duration,
        "confirmed_lines": confirmed_lines,
        "ended_early": ended_early,
        "foot": foot,
        "fresh_gap": fresh_gap,
        "fresh_test": fresh_test,
        "gap_of": gap_of,
        "is_entry": is_entry,
        "judged": judged,
        "of_seeds": of_seeds,
        "own_line": own_line,
        "own_seed": own_seed,
        "pruned_legend": pruned_legend,
        "accuracy_of": accuracy_of,
        "tracks_of": tracks_of,
        "label": label,
        "explained": explained,
        "code": code,
        "count": count,
    }
    app.jinja_env.globals |= {"activity_name": activity_name}

    @app.get("/")
    def leaderboard() -> Response:
        return _unless_known(render_template("leaderboard.html", contents=_contents()))

    @app.get("/colours.css")
    def colours() -> Response:
        response = _unless_known(stylesheet())
        response.mimetype = "text/css"
        return response

    @app.get("/live")
    def live() -> Response:
        return _unless_known(render_template("live.html", contents=_contents()))

    @app.get("/accuracy-against-gap.svg")
    def accuracy_against_gap() -> Response:
        shown = shown_studies(overview(url).studies, request.args.get("study", ""))
        return _svg(gap_picture.picture(url, shown, _theme(), narrow=_narrow()))

    @app.get("/leaderboard.csv")
    def as_csv() -> Response:
        response = _unless_known(csv(url, Choice.of(request.args)))
        response.mimetype = "text/csv"
        response.headers["Content-Disposition"] = 'attachment; filename="leaderboard.csv"'
        return response

    @app.get("/studies/<path:study>/trials/<int(max=999999999):number>")
    def entry(study: str, number: int) -> Response:
        standing = find_trial(url, number, study)
        found = details.read(url, study, number)
        return _unless_known(
            render_template(
                "entry.html",
                standing=standing,
                tracks=shown_tracks(shown_studies(overview(url).studies, study)),
                details=found,
                findings=entry_findings(url, standing, found),
                activities=per_activity(found.confusion) if found else [],
                differences=differences(standing.params, standing.inputs),
                network=mlp.source(mlp_config(standing.params), standing.inputs),
                script=training_script(entry_of(url, standing)),
            )
        )

    @app.get("/studies/<path:study>/trials/<int(max=999999999):number>/train.py")
    def script(study: str, number: int) -> Response:
        text = training_script(entry_of(url, find_trial(url, number, study)))
        response = _unless_known(text.encode())
        response.mimetype = "text/x-python"
        response.headers["Content-Disposition"] = 'attachment; filename="train.py"'
        return response

    @app.get("/studies/<path:study>/trials/<int(max=999999999):number>/<name>.svg")
    def picture(study: str, number: int, name: str) -> Response:
        standing, found = find_trial(url, number, study), details.read(url, study, number)
        palette, narrow = THEMES[_theme()], _narrow()
        if found is not None and name == "learning-curve":
            drawn = pictures.draw_learning_curve(
                found.curve, standing.epoch, palette, narrow=narrow
            )
        elif found is not None and name == "confusion-matrix":
            drawn = pictures.draw_confusion_matrix(found.confusion, palette, narrow=narrow)
        else:
            raise NotFound
        return _svg(pictures.svg(drawn))

    @app.get("/compare")
    def compare() -> Response:
        pair = _pair(url)
        parts = side_by_side(*pair)
        return _unless_known(render_template("compare.html", pair=pair, parts=parts))

    @app.get("/compare.svg")
    def curves() -> Response:
        named = []
        for each in _pair(url):
            found = details.read(url, each.study, each.trial)
            if found is not None:
                named.append((f"trial {each.trial}", found.curve, each.epoch))
        return _svg(pictures.svg(draw_learning_curves(named, THEMES[_theme()])))

    @app.errorhandler(HTTPException)
    def of_http(error: HTTPException) -> tuple[str, int]:
        return _message(error.name, error.description or ""), error.code or 500

    @app.errorhandler(NotThereError)
    def of_nothing(error: NotThereError) -> tuple[str, int]:
        return _message("Not found", str(error)), 404

    @app.errorhandler(ChoiceError)
    def of_choice(error: ChoiceError) -> tuple[str, int]:
        return _message("Not understood", str(error)), 400

    @app.errorhandler(HarSearchError)
    def of_database(error: HarSearchError) -> tuple[str, int]:
        if isinstance(error, NotFoundError):
            return _message("Not found", str(error)), 404
        unavailable = isinstance(error, StorageError)
        return _message("The database does not answer", str(error)), 503 if unavailable else 500

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    def _contents() -> Contents:
        return contents(url, Choice.of(request.args))

    app.jinja_env.globals["database"] = masked(url)
    return app


def _pair(url: str) -> tuple[Standing, Standing]:
    """Return the two entries that a request names, each as `entry=STUDY/NUMBER`.

    Raises:
        BadRequest: it names others than two.
        NotFoundError: there is no such entry.
    """
    named = [each.rpartition("/") for each in request.args.getlist("entry")]
    if len(set(named)) != 2 or not all(re.fullmatch("[0-9]{1,9}", each[2]) for each in named):
        raise BadRequest("Choose two entries on the leaderboard to see them side by side.")
    first, second = (
        find_trial(url, int(number), study) for study, _, number in dict.fromkeys(named)
    )
    return first, second


def _theme() -> str:
    theme = request.args.get("theme", "light")
    return theme if theme in THEMES else "light"


def _narrow() -> bool:
    """Return whether a picture is for a telephone."""
    return request.args.get("narrow") == "1"


def _unless_known(body: str | bytes) -> Response:
    """Answer with the body, or with 304 where the visitor has it already."""
    response = make_response(body)
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(request)


def _svg(body: bytes) -> Response:
    response = _unless_known(body)
    response.mimetype = "image/svg+xml"
    # matplotlib's own styles; a picture runs no script.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    return response


def _message(title: str, text: str) -> str:
    return render_template("message.html", title=title, text=text, home=url_for("leaderboard"))


def code(text: str) -> Markup:
    """Write a message as HTML, what stands between backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def count(number: int, one: str, many: str = "") -> str:
    """Write a number of things: 1 entry, 2,000 entries; without `many` an s is added."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """Write a time left for people: 40 s, 3 min, 2 h 05 min."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
