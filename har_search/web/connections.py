"""Connections that no visitor can hold at the others' cost.

waitress by itself keeps a connection for two minutes after each byte, and once it holds 100, nobody
else gets in. Here an idle connection is closed after seconds, and so is one whose visitor sends or
reads too slowly. Where all places are taken, a newcomer gets the place of a visitor who has had an
answer, or else of who has kept us waiting longest. A body that is too large is refused by its head.
"""

from __future__ import annotations

import socket
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

IDLE_SECONDS = 5.0  # that a connection is kept without a request
SLOW_SECONDS = 10.0  # in which a visitor sends or reads this much, or all that there is
SLOW_BYTES = 10_000
LOOK_SECONDS = 1.0
MOST_HEAD_BYTES = 32_768
MOST_BODY_BYTES = 1_048_576  # all that optuna-dashboard is sent is smaller
MOST_CONNECTIONS = 1000
MOST_ON_WINDOWS = 500  # select takes 512 there
ROOM = 3  # waitress counts its listener and its trigger, too, and a newcomer comes in first
FILES_EACH = 3  # a connection, and a temporary file for what it sent and for its answer
FILES_BESIDE = 100  # the database, fonts, modules
MOST_FILES = FILES_BESIDE + FILES_EACH * MOST_CONNECTIONS


class Connection(HTTPChannel):  # type: ignore[misc]
    """A connection that knows since when its visitor keeps it waiting."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._begin()
        self.answered = False
        super().__init__(*arguments, **named)

    def _begin(self) -> None:
        self.since, self.moved = time.monotonic(), 0

    def waits(self) -> bool:
        """Return whether it is the visitor's turn: to ask, to send the rest, or to read."""
        return bool(self.total_outbufs_len or not self.requests)

    def claim(self) -> tuple[bool, float]:
        """Return its rank. The smallest goes first: who has an answer, then who is slow longest."""
        is_idle = self.answered and not (self.total_outbufs_len or self.request)
        return not is_idle, self.since

    def is_overdue(self, now: float) -> bool:
        """Return whether it is time to close; else, after enough bytes, time begins anew."""
        if not (self.total_outbufs_len or self.request):
            return now - self.since > IDLE_SECONDS
        if now - self.since > SLOW_SECONDS:
            if self.moved < SLOW_BYTES:
                return True
            self._begin()
        return False

    def received(self, data: bytes) -> bool:
        """Take a part of a request, or more than one."""
        self.moved += len(data)
        return bool(super().received(data))

    def send_continue(self) -> None:
        """Ask for the body, but not for one that is refused already."""
        if self.request.error is None:
            super().send_continue()

    def service(self) -> None:
        """Answer the first of the requests that came at once, and close after it if there are more.

        Browsers and proxies send none ahead; answers that wait unread would keep threads and files.
        """
        with self.requests_lock:
            for later in self.requests[1:]:
                later.close()
                self.requests[0].headers["CONNECTION"] = "close"
            del self.requests[1:]
        super().service()

    def write_soon(self, data: Any) -> int:
        """Take a part of an answer; return its bytes."""
        if not self.total_outbufs_len:
            self._begin()
        return int(super().write_soon(data))

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Send what the visitor takes at once; return its bytes."""
        sent = int(super().send(data, do_close=do_close))
        self.moved += sent
        if sent == self.total_outbufs_len:  # the whole answer: the visitor may ask again
            self._begin()
            self.answered = True
        return sent


class Server(TcpWSGIServer):  # type: ignore[misc]
    """waitress's server that closes connections whose visitors keep it waiting too long."""

    channel_class = Connection
    next_look = 0.0

    def run(self) -> None:
        """Serve until SystemExit or Ctrl-C."""
        try:
            while self._map:
                self.asyncore.loop(LOOK_SECONDS, self.adj.asyncore_use_poll, self._map, count=1)
                self.close_some(time.monotonic())
        except (SystemExit, KeyboardInterrupt):
            self.task_dispatcher.shutdown()

    def close_some(self, now: float) -> None:
        """Close who is overdue, and at once whose place a newcomer needs."""
        # Between two rounds alone: in mid-round a new connection may have a closed one's number.
        surplus = len(self.active_channels) - self.adj.connection_limit + ROOM
        if now < self.next_look and surplus <= 0:
            return
        self.next_look = now + LOOK_SECONDS
        waiting = [each for each in list(self.active_channels.values()) if each.waits()]
        waiting.sort(key=Connection.claim)
        surplus = min(surplus, len(waiting) - 1)  # the newcomer stays
        for number, each in enumerate(waiting):
            if number < surplus or each.is_overdue(now):
                each.handle_close()


def most_connections() -> int:
    """Return how many connections may be open; the limit of open files is raised for them."""
    if sys.platform == "win32":
        return MOST_ON_WINDOWS
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(MOST_FILES, most)
    if files != resource.RLIM_INFINITY and files < wanted:
        with suppress(OSError, ValueError):  # macOS has another limit, too
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
            files = wanted
    if files == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(10, min(MOST_CONNECTIONS, (files - FILES_BESIDE) // FILES_EACH))


def make_server(app: WSGIApplication, listener: socket.socket, threads: int) -> Server:
    """Return a server of the application, to be run, with so many threads for answers."""
    settings = Adjustments(
        sockets=[listener],
        threads=threads,
        connection_limit=most_connections() + ROOM,
        max_request_header_size=MOST_HEAD_BYTES,
        max_request_body_size=MOST_BODY_BYTES,
        inbuf_overflow=65_536,  # bytes in memory; more lies in a file
        outbuf_overflow=262_144,
        asyncore_use_poll=True,  # select takes no file numbers over 1023
    )
    about = listener.family, listener.type, listener.proto, listener.getsockname()
    return Server(app, _sock=listener, adj=settings, sockinfo=about, bind_socket=False)
