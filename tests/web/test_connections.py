"""Visitors who keep the server waiting, over real sockets: nobody else waits for them."""

from __future__ import annotations

import itertools
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from waitress import wasyncore

from har_search.study.spec import StudySpec
from har_search.web import connections
from tests.web.conftest import ENTRIES, Fill

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Serve = Callable[[], tuple[str, int]]

HEAD = b"%s /%s HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n"
ASK = HEAD % (b"GET", b"") + b"\r\n"
PATIENCE = 30.0  # seconds; only a test that fails waits so long


def get(name: bytes) -> bytes:
    return HEAD % (b"GET", name) + b"\r\n"


def post(length: int, *headers: bytes) -> bytes:
    lines = b"".join(each + b"\r\n" for each in headers)
    return HEAD % (b"POST", b"") + b"Content-Length: %d\r\n" % length + lines + b"\r\n"


class Site:
    """A small application: what it was sent, a large answer, one that is late, one that is held."""

    def __init__(self) -> None:
        self.bodies: list[int] = []
        self.go_on = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = b"hello"
        if environ["PATH_INFO"] == "/large":
            answer = bytes(20_000_000)
        if environ["PATH_INFO"] == "/late":
            time.sleep(1)
        if environ["PATH_INFO"] == "/held":
            assert self.go_on.wait(PATIENCE)
        self.bodies.append(len(environ["wsgi.input"].read()))
        start_response("200 OK", [("Content-Length", str(len(answer)))])
        return [answer]


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def serve(site: Site) -> Iterator[Serve]:
    """Start the server in a thread, with the limits that the test has set by then."""
    ended = threading.Event()

    class Ending(connections.Server):
        def close_some(self, now: float) -> None:
            if ended.is_set():
                raise SystemExit
            super().close_some(now)

    def serve() -> tuple[str, int]:
        listener = socket.create_server(("127.0.0.1", 0))
        server = connections.make_server(site, listener, 4)
        server.__class__ = Ending
        thread = threading.Thread(target=server.run)
        thread.start()
        started.append((server, thread))
        host, port = listener.getsockname()
        return host, port

    started: list[tuple[connections.Server, threading.Thread]] = []
    yield serve
    ended.set()
    for server, thread in started:
        server.pull_trigger()
        thread.join()
        wasyncore.close_all(server._map)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.4)
    monkeypatch.setattr(connections, "SLOW_SECONDS", 0.4)
    monkeypatch.setattr(connections, "LOOK_SECONDS", 0.1)


@contextmanager
def visit(address: tuple[str, int], *, reading_little: bool = False) -> Iterator[socket.socket]:
    with socket.socket() as visitor:
        if reading_little:
            visitor.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        visitor.settimeout(PATIENCE)
        visitor.connect(address)
        yield visitor


def answer(visitor: socket.socket) -> bytes:
    return visitor.recv(65536).split(b"\r\n")[0]


def is_closed(visitor: socket.socket) -> bool:
    """Return whether the server closes, once what it sent before is read."""
    with suppress(ConnectionError):
        while visitor.recv(2**20):
            pass
    return True


@pytest.mark.usefixtures("hasty")
def test_an_idle_connection_is_closed_and_one_in_use_is_kept(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "IDLE_SECONDS", 1.0)
    with visit(serve()) as visitor, visit(visitor.getpeername()) as proxy:
        visitor.sendall(ASK)
        assert answer(visitor) == b"HTTP/1.1 200 OK"
        for _ in range(20):
            proxy.sendall(ASK)
            received = b""
            while not received.endswith(b"hello"):
                received += proxy.recv(65536)
                assert received
            time.sleep(0.1)
        visitor.setblocking(False)
        while visitor.recv(65536):
            pass


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("begin", [b"", ASK[:20], post(5000)], ids=["nothing", "head", "body"])
def test_who_sends_nothing_more_is_closed(serve: Serve, site: Site, begin: bytes) -> None:
    with visit(serve()) as visitor:
        visitor.sendall(begin)
        assert is_closed(visitor)
    assert site.bodies == []


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("begin", "more"),
    [(ASK[:-2] + b"X: ", b"x"), (post(5000), b"x"), (b"", b"\r\n\r\n")],
    ids=["head", "body", "blank lines"],
)
def test_a_byte_now_and_then_keeps_no_connection(
    serve: Serve, site: Site, begin: bytes, more: bytes
) -> None:
    with visit(serve()) as visitor:
        visitor.sendall(begin)
        visitor.settimeout(0.1)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                visitor.sendall(more)
                assert visitor.recv(1) == b""
                break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            pytest.fail("it is kept")
    assert site.bodies == []


@pytest.mark.usefixtures("hasty")
def test_an_answer_that_nobody_reads_is_given_up(serve: Serve) -> None:
    process = psutil.Process()
    with visit(serve(), reading_little=True) as visitor:
        files = process.num_fds() if hasattr(process, "num_fds") else 0
        visitor.sendall(get(b"large"))
        time.sleep(1.5)  # the first SLOW_SECONDS fill the system's buffers
        received = 0
        with suppress(ConnectionError):
            while part := visitor.recv(2**20):
                received += len(part)
    assert received < 20_000_000
    assert not files or process.num_fds() <= files


@pytest.mark.usefixtures("hasty")
def test_who_sends_or_reads_fast_enough_may_take_long(
    serve: Serve, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "SLOW_SECONDS", 1.0)
    monkeypatch.setattr(connections, "SLOW_BYTES", 1000)
    with visit(serve(), reading_little=True) as visitor:
        visitor.sendall(post(8000))
        for _ in range(8):
            visitor.sendall(bytes(1000))
            time.sleep(0.25)
        assert answer(visitor) == b"HTTP/1.1 200 OK"
        visitor.sendall(get(b"large"))
        received = 0
        for part in itertools.count():
            received += len(visitor.recv(2**20))
            if received > 20_000_000:
                break
            if part % 200 == 0:
                time.sleep(0.01)
    assert site.bodies == [8000, 0]


@pytest.mark.usefixtures("hasty")
def test_the_visitor_of_an_answer_that_takes_long_is_not_the_slow_one(serve: Serve) -> None:
    with visit(serve()) as visitor:
        visitor.sendall(get(b"late"))
        assert answer(visitor) == b"HTTP/1.1 200 OK"


def test_a_newcomer_gets_the_place_of_who_waits_longest(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "most_connections", lambda: 10)
    monkeypatch.setattr(connections, "IDLE_SECONDS", 600)
    monkeypatch.setattr(connections, "SLOW_SECONDS", 600)
    address = serve()
    crowd = [socket.create_connection(address, timeout=PATIENCE) for _ in range(40)]
    try:
        for number, each in enumerate(crowd):
            with suppress(ConnectionError):
                each.sendall(ASK if number % 2 else ASK[:20])
        for _ in range(3):
            with visit(address) as visitor:
                visitor.sendall(ASK)
                assert answer(visitor) == b"HTTP/1.1 200 OK"
        assert is_closed(crowd[0])
    finally:
        for each in crowd:
            each.close()


def test_a_newcomer_keeps_the_place_while_all_others_wait_for_us(
    serve: Serve, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "most_connections", lambda: 10)
    with ExitStack() as stack:
        address = serve()
        crowd = [stack.enter_context(visit(address)) for _ in range(10)]
        for each in crowd:
            each.sendall(get(b"held"))
        time.sleep(0.3)
        newcomer = stack.enter_context(visit(address))
        time.sleep(0.3)
        newcomer.sendall(ASK)
        site.go_on.set()
        assert [answer(each) for each in (newcomer, *crowd)] == [b"HTTP/1.1 200 OK"] * 11


def test_requests_that_are_sent_ahead_are_left(serve: Serve, site: Site) -> None:
    with visit(serve()) as visitor:
        visitor.sendall(ASK * 100)
        answers = b""
        with suppress(ConnectionError):
            while part := visitor.recv(65536):
                answers += part
    assert answers.count(b"200 OK") == 1
    assert b"Connection: close" in answers
    assert site.bodies == [0]


@pytest.mark.parametrize("headers", [(), (b"Expect: 100-continue",)], ids=["sent", "asked"])
def test_a_large_body_is_refused_by_its_head(
    serve: Serve, site: Site, headers: tuple[bytes, ...]
) -> None:
    with visit(serve()) as visitor:
        visitor.sendall(post(connections.MOST_BODY_BYTES, *headers))
        assert answer(visitor) == b"HTTP/1.1 413 Request Entity Too Large"
        assert is_closed(visitor)
    assert site.bodies == []


def test_a_large_body_of_unknown_length_is_refused_at_the_limit(serve: Serve, site: Site) -> None:
    chunk = b"10000\r\n" + bytes(65536) + b"\r\n"
    with visit(serve()) as visitor:
        visitor.sendall(HEAD % (b"POST", b"") + b"Transfer-Encoding: chunked\r\n\r\n")
        sent = 0
        with suppress(ConnectionError):
            while sent < 100_000_000:
                visitor.sendall(chunk)
                sent += len(chunk)
        assert sent < 100_000_000
    assert site.bodies == []


def test_a_body_within_the_limit_is_taken(serve: Serve, site: Site) -> None:
    with visit(serve()) as visitor:
        visitor.sendall(post(1_000_000, b"Expect: 100-continue"))
        assert answer(visitor) == b"HTTP/1.1 100 Continue"
        visitor.sendall(bytes(1_000_000))
        assert answer(visitor) == b"HTTP/1.1 200 OK"
    assert site.bodies == [1_000_000]


@pytest.mark.skipif(sys.platform == "win32", reason="it has no limit of open files to ask for")
@pytest.mark.parametrize(
    ("files", "most", "expected"),
    [
        (256, 256, 52),
        (1024, 1024, 308),
        (1024, 524_288, 1000),
        (256, -1, 1000),
        (-1, -1, 1000),
        (20, 20, 10),
    ],
)
def test_the_limit_of_connections_follows_from_that_of_files(
    files: int, most: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    def limit(value: int) -> int:
        return resource.RLIM_INFINITY if value == -1 else value

    raised: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit(files), limit(most)))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: raised.append(limits))
    assert connections.most_connections() == expected
    assert raised == ([(3100, limit(most))] if 3100 > files != -1 and most not in (files,) else [])


SLOWLY = [
    pytest.param(500, ASK, b"", id="idle"),
    pytest.param(200, b"", b"", id="half open"),
    pytest.param(200, ASK[:-2] + b"X: ", b"x", id="slow head"),
    pytest.param(200, post(100_000), b"x", id="slow body"),
    pytest.param(200, get(b"static/bundle.js"), b"", id="unread"),
    pytest.param(200, get(b"static/bundle.js") * 100, b"", id="unread times 100"),
]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="ulimit")
@pytest.mark.parametrize(("people", "begin", "more"), SLOWLY)
def test_a_crowd_keeps_nobody_out(
    people: int, begin: bytes, more: bytes,
    sqlite_url: str, quick: StudySpec, fill: Fill, tmp_path: Path,
) -> None:  # fmt: skip
    """98 idle visitors shut the next one out for two minutes, and bytes now and then for good."""
    fill(sqlite_url, quick, ENTRIES)
    command = 'ulimit -n 256 && exec "$@"'  # as on a Mac
    dashboard = [sys.executable, "-m", "har_search", "dashboard", "--port=0", "--storage"]
    with (
        (tmp_path / "errors").open("w") as errors,
        subprocess.Popen(
            ["sh", "-c", command, "sh", *dashboard, sqlite_url],
            stdout=subprocess.PIPE, stderr=errors, text=True,
        ) as process,
    ):  # fmt: skip
        crowd: list[socket.socket] = []
        try:
            assert process.stdout is not None
            found = re.search(r"http://([\d.]+):(\d+)", process.stdout.readline())
            assert found is not None
            address = found[1], int(found[2])
            for _ in range(people):
                crowd.append(socket.create_connection(address, timeout=PATIENCE))
                with suppress(ConnectionError):
                    crowd[-1].sendall(begin)
            for _ in range(5):
                for each in crowd:
                    with suppress(ConnectionError):
                        each.sendall(more)
                with visit(address) as visitor:
                    visitor.sendall(ASK)
                    assert answer(visitor) == b"HTTP/1.1 200 OK"
                time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
        finally:
            for each in crowd:
                each.close()
            process.kill()
    assert "Too many open files" not in (tmp_path / "errors").read_text()
