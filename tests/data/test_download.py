"""UCI's download, from a server with faults, and what is taken where there is none.

Covers `data/locate.py`, too.
"""

import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from har_search.data import locate as locate_module
from har_search.data.download import Archive, download
from har_search.data.locate import locate
from har_search.errors import DataError


@dataclass
class Server:
    """A web server for one file, with the faults that a test asks for."""

    content: bytes
    ranges: bool = True
    break_after: list[int] = field(default_factory=list)  # bytes, one for each request
    status: int = 200
    announce: bool = True
    requests: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    running = []

    def start(content: bytes, **faults: object) -> Server:
        state = Server(content, **faults)  # type: ignore[arg-type]

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = self.headers.get("Range", "")
                state.requests.append(wanted)
                if state.status != 200:
                    self.send_error(state.status)
                    return
                start = int(wanted[6:-1]) if wanted and state.ranges else 0
                self.send_response(206 if wanted and state.ranges else 200)
                body = state.content[start:]
                if state.announce:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if state.break_after:
                    body = body[: state.break_after.pop(0)]
                self.wfile.write(body)
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        state.url = f"http://127.0.0.1:{server.server_port}/data.zip"
        return state

    yield start
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()


CONTENT = bytes(range(256)) * 4000
ELSEWHERE = "http://127.0.0.1:9/data.zip"  # the discard port: nobody answers


def archive(url: str, content: bytes = CONTENT) -> Archive:
    return Archive(url, len(content), hashlib.sha256(content).hexdigest())


def fetch(folder: Path, *archives: Archive) -> Path:
    return download(archives, folder, pause_seconds=0)


def test_a_download_is_whole_followed_and_made_once(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve(CONTENT)
    seen: list[tuple[int, int]] = []
    path = download((archive(server.url),), tmp_path, lambda *now: seen.append(now))
    assert path.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert fetch(tmp_path, archive(server.url)) == path
    assert len(server.requests) == 1


def test_a_break_is_resumed_from_where_it_came(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve(CONTENT, break_after=[300_000, 200_000])
    assert fetch(tmp_path, archive(server.url)).read_bytes() == CONTENT
    assert server.requests == ["", "bytes=300000-", "bytes=500000-"]


def test_a_later_call_resumes_an_earlier_ones_part(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve(CONTENT, break_after=[300_000, 0, 0, 0, 0, 0])
    wanted = archive(server.url)
    with pytest.raises(DataError, match="could not be downloaded"):
        fetch(tmp_path, wanted)
    assert [path.suffix for path in tmp_path.iterdir()] == [".part"]
    server.break_after.clear()
    assert fetch(tmp_path, wanted).read_bytes() == CONTENT
    assert server.requests[-1] == "bytes=300000-"


def test_a_server_without_ranges_starts_over(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve(CONTENT, ranges=False, break_after=[300_000])
    assert fetch(tmp_path, archive(server.url)).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("content", "faults", "reason"),
    [
        (CONTENT[:-1] + b"!", {}, "SHA-256 is"),
        (CONTENT + b"more", {}, "not 1,024,000 bytes long"),
        (CONTENT + b"more", {"announce": False}, "more than 1,024,000 bytes came"),
        (CONTENT[:-9], {"announce": False}, "only 1,023,991 of 1,024,000 bytes came"),
        (b"<html>please log in</html>", {}, "not 1,024,000 bytes long"),
        (CONTENT, {"status": 404}, "404"),
        (CONTENT, {"status": 503}, "503"),
    ],
)
def test_a_wrong_file_never_takes_the_place_of_the_right_one(
    serve: Callable[..., Server], tmp_path: Path, content: bytes, faults: dict, reason: str
) -> None:
    server = serve(content, **faults)
    with pytest.raises(DataError, match=reason):
        fetch(tmp_path, archive(server.url))
    assert not list(tmp_path.glob("*.zip"))


def test_the_second_address_serves_where_the_first_does_not(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve(b"other content")
    path = fetch(tmp_path, archive(ELSEWHERE), archive(server.url, b"other content"))
    assert path.read_bytes() == b"other content"


@pytest.fixture
def published(
    serve: Callable[..., Server], nested_zip: Path, monkeypatch: pytest.MonkeyPatch
) -> Server:
    """UCI's download, served here."""
    content = nested_zip.read_bytes()
    server = serve(content)
    monkeypatch.setattr(locate_module, "UCI_ARCHIVES", (archive(server.url, content),))
    return server


def test_auto_downloads_parses_and_caches_once(published: Server, tmp_path: Path) -> None:
    parses: list[int] = []
    for _ in range(2):
        located = locate("auto", tmp_path, on_parse=lambda: parses.append(1))
        assert located.dataset.name == "uci-har"
        assert located.fallback_reason is None
    assert len(published.requests) == len(parses) == 1


def test_without_network_auto_falls_back_and_uci_refuses(
    monkeypatch: pytest.MonkeyPatch, cache_folder: Path
) -> None:
    monkeypatch.setattr(locate_module, "UCI_ARCHIVES", (archive(ELSEWHERE),))
    located = locate("auto", cache_folder)
    assert located.dataset.name == "simulated"
    assert "could not be downloaded" in (located.fallback_reason or "")
    with pytest.raises(DataError, match="give a copy of UCI's zip with --data PATH"):
        locate("uci", cache_folder)


def test_simulated_on_request_is_no_fallback(cache_folder: Path) -> None:
    located = locate("simulated", cache_folder)
    assert located.dataset.name == "simulated"
    assert located.fallback_reason is None
