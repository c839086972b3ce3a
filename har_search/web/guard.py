"""What reaches optuna-dashboard, and what a browser may do with its answers.

Artifacts and names come from whoever may write to the database, so they are data, never pages.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from har_search.challenge.words import csv_text

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NO_SNIFFING = ("X-Content-Type-Options", "nosniff")
# A picture is still shown within optuna-dashboard's own page.
ARTIFACT_HEADERS = (
    ("Content-Disposition", "attachment"),
    ("Content-Security-Policy", "default-src 'none'; sandbox"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
_CELL = re.compile(r'"((?:[^"]|"")*)"|[^",\r\n]+')  # of CSV: in quotes, or as it is
_REPLACED = {name.lower() for name, _ in ARTIFACT_HEADERS} | {"access-control-allow-origin"}


def is_own_host(header: str, served: str) -> bool:
    """Return whether a request's Host header names this server.

    `served` is the host that it was started with. Any address is its own, too, and this machine's
    names. Another name may be a stranger's page that has its name lead here (DNS rebinding).
    """
    try:
        name = urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return False
    with suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    return name in {"localhost", served.lower(), *_machine_names()}


@lru_cache
def _machine_names() -> tuple[str, ...]:
    return socket.gethostname().lower(), socket.getfqdn().lower()


def guard_artifacts(dashboard: WSGIApplication) -> WSGIApplication:
    """Serve artifacts as downloads that run nothing and that no other site's page can read."""

    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            kept = [each for each in headers if each[0].lower() not in _REPLACED]
            return start_response(status, [*kept, *ARTIFACT_HEADERS], *rest)

        return dashboard(environ, start)

    return guarded


def guard_csv(dashboard: WSGIApplication) -> WSGIApplication:
    """Serve a study's CSV without cells that a spreadsheet takes for formulas."""

    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            started[:] = [status, headers, *rest]

        answer = dashboard(environ, start)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        status, headers, *rest = started
        if status.startswith("200") and environ["REQUEST_METHOD"] == "GET":
            body = _without_formulas(body)
            headers = [each for each in headers if each[0].lower() != "content-length"]
            headers.append(("Content-Length", str(len(body))))
        start_response(status, headers, *rest)
        return [body]

    return guarded


def guard_text(view: Callable[..., Any]) -> Callable[..., Any]:
    """Turn a view of optuna-dashboard into one whose text can be sent: names may be no UTF-8."""

    @wraps(view)
    def guarded(*arguments: Any, **named: Any) -> Any:
        answer = view(*arguments, **named)
        return answer.encode("utf-8", "backslashreplace") if isinstance(answer, str) else answer

    return guarded


def _without_formulas(body: bytes) -> bytes:
    return _CELL.sub(_cell, body.decode("utf-8", "replace")).encode()


def _cell(found: re.Match[str]) -> str:
    if found[1] is None:
        return csv_text(found[0])
    text = csv_text(found[1].replace('""', '"')).replace('"', '""')
    return f'"{text}"'
