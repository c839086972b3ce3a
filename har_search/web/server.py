"""One process and one port for the class leaderboard and optuna-dashboard.

optuna-dashboard owns `/dashboard` and what its pages fetch; all else is ours. Without `writable`
the database is opened for reading and only reading requests reach optuna-dashboard.
"""

from __future__ import annotations

import errno
import ipaddress
import json
import logging
import signal
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from har_search.errors import OptionError
from har_search.storage.database import open_for_watching, open_for_writing
from har_search.storage.patience import is_transient
from har_search.web.connections import make_server
from har_search.web.guard import NO_SNIFFING, guard_artifacts, guard_csv, guard_text, is_own_host
from har_search.web.pages import make_pages

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OPTUNAS_PATHS = {"dashboard", "api", "static", "csv", "artifacts", "favicon.ico"}
READING = {"GET", "HEAD", "OPTIONS"}
THREADS = 8
logger = logging.getLogger(__name__)


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach the host; False where it cannot be told."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def join(
    pages: WSGIApplication,
    dashboard: WSGIApplication,
    *,
    writable: bool = False,
    host: str = "localhost",
) -> WSGIApplication:
    """Return one application of both, served at `host`: each gets its own paths."""
    guarded = {"artifacts": guard_artifacts(dashboard), "csv": guard_csv(dashboard)}

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        first = str(environ["PATH_INFO"]).lstrip("/").split("/")[0]
        if first not in OPTUNAS_PATHS:
            return pages(environ, start_response)
        if environ["REQUEST_METHOD"] not in READING:
            why = "read-only: start it with --writable to edit and delete"
            if writable:
                why = "not this server's name: open it by its address"
            if not (writable and is_own_host(environ.get("HTTP_HOST", ""), host)):
                start_response("403 Forbidden", [("Content-Type", "application/json"), NO_SNIFFING])
                return [json.dumps({"reason": why}).encode()]

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, NO_SNIFFING], *rest)

        try:
            return guarded.get(first, dashboard)(environ, start)
        except Exception as error:
            if not is_transient(error):
                raise
            logger.warning("%s: the database does not answer", environ["PATH_INFO"])
            start("503 Service Unavailable", [("Content-Type", "application/json")])
            return [json.dumps({"reason": "the database does not answer"}).encode()]

    return app


@contextmanager
def make_app(
    url: str, artifacts: Path | None, *, writable: bool, host: str = "localhost"
) -> Iterator[WSGIApplication]:
    """Open the database and make the application over it, to be served at `host`.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be opened.
    """
    from optuna.artifacts import FileSystemArtifactStore
    from optuna_dashboard._app import create_app

    store = None if artifacts is None else FileSystemArtifactStore(artifacts)
    with open_for_writing(url) if writable else open_for_watching(url) as storage:
        dashboard = create_app(storage, artifact_store=store)
        dashboard.install(guard_text)
        dashboard.config["catchall"] = False  # so that what fails outside its API reaches us
        yield join(make_pages(url), dashboard, writable=writable, host=host)


def serve(
    url: str,
    host: str,
    port: int,
    *,
    artifacts: Path | None = None,
    writable: bool = False,
    on_start: Callable[[str], None],
) -> None:
    """Serve until Ctrl-C or SIGTERM; `on_start` is told the address once it can be opened.

    Raises:
        NotFoundError: no database there.
        StorageError: it cannot be opened.
        OptionError: the host or port cannot be served at.
    """
    quiet_logs()
    with (
        make_app(url, artifacts, writable=writable, host=host) as app,
        _listening(host, port) as listener,
    ):
        server = make_server(app, listener, THREADS)
        signal.signal(signal.SIGTERM, _end)
        shown = f"[{host}]" if ":" in host else host
        on_start(f"http://{shown}:{listener.getsockname()[1]}")
        server.run()


def quiet_logs() -> None:
    """Let the server's log say in one line what fails while a database is away."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a busy moment is no news
    logging.getLogger("optuna_dashboard._bottle_util").addFilter(_first_line)


def _first_line(record: logging.LogRecord) -> bool:
    record.msg, record.args = record.getMessage().split("\n")[0], None
    return True


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        cure = "name another with --host"
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            cure = "name another with --port"
        raise OptionError(f"cannot serve at {host}:{port}: {error.strerror}; {cure}") from error
    with listener:
        yield listener


def _end(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(0)
