"""A proxy before PostgreSQL that delays, cuts, silences and loses answers."""

from __future__ import annotations

import random
import select
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import sqlalchemy

READY = b"Z"  # PostgreSQL's message ReadyForQuery: an answer's end


class Proxy:
    """Passes bytes between clients and the server at `url`; what it does wrong can be set.

    `silent`: nothing passes, and nothing is closed. `delay_seconds`: each answer waits so long.
    `lose`: the share of answers that are not passed on; the client's connection is cut instead,
    after the server has carried the statement out. `lost` and `passed` count answers.
    """

    def __init__(self, url: str, seed: int = 561) -> None:
        parsed = sqlalchemy.make_url(url)
        self.server = self._address(parsed)
        self.silent = False
        self.delay_seconds = 0.0
        self.lose = 0.0
        self.lost = self.passed = 0
        self.chance = random.Random(seed)
        self.ended = threading.Event()
        self.pairs: set[tuple[socket.socket, socket.socket]] = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        port = self.listener.getsockname()[1]
        self.url = parsed.set(host="127.0.0.1", port=port, query={}).render_as_string(
            hide_password=False
        )
        threading.Thread(target=self._accept, daemon=True).start()

    @staticmethod
    def _address(url: sqlalchemy.URL) -> str | tuple[str, int]:
        port = url.port or int(str(url.query.get("port", 5432)))
        host = url.host or str(url.query.get("host", "127.0.0.1"))
        if host.startswith("/"):
            return str(Path(host) / f".s.PGSQL.{port}")
        return host, port

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.listener.close()
        self.cut()

    def cut(self) -> None:
        """Close every connection that is open."""
        for pair in list(self.pairs):
            self._close(pair)

    def _close(self, pair: tuple[socket.socket, socket.socket]) -> None:
        self.pairs.discard(pair)
        for each in pair:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while not self.ended.is_set():
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            family = socket.AF_UNIX if isinstance(self.server, str) else socket.AF_INET
            server = socket.socket(family)
            try:
                server.connect(self.server)
            except OSError:
                client.close()
                continue
            self.pairs.add((client, server))
            threading.Thread(target=self._pass, args=((client, server),), daemon=True).start()

    def _pass(self, pair: tuple[socket.socket, socket.socket]) -> None:
        client, server = pair
        logged_in = False
        try:
            while not self.ended.is_set():
                if self.silent:
                    time.sleep(0.05)
                    continue
                readable, _, _ = select.select(pair, [], [], 0.1)
                for each in readable:
                    content = each.recv(1 << 16)
                    if not content:
                        return
                    while self.silent and not self.ended.is_set():
                        time.sleep(0.05)
                    if each is client:
                        server.sendall(content)
                        continue
                    answered = content[-6:-5] == READY
                    if answered and logged_in and self.chance.random() < self.lose:
                        self.lost += 1
                        return
                    self.passed += answered and logged_in
                    logged_in |= answered
                    time.sleep(self.delay_seconds)
                    client.sendall(content)
        except (OSError, ValueError):
            return
        finally:
            self._close(pair)
