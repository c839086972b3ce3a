"""How long a new visitor waits for the leaderboard while a crowd holds connections open.

A `har-search dashboard` of its own is started for each crowd, over an empty study. Each crowd takes
its connections and keeps them; `longest` is when the visitor gives up. `files` is the server's
limit of open files.

    python benchmarks/crowd.py [--idle 500] [--slow 200] [--longest 200] [--files 256]
"""

from __future__ import annotations

import argparse
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from har_search.data.locate import locate
from har_search.search.run import init
from har_search.study.file import load_spec

Address = tuple[str, int]

ASK = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
BODY = b"POST /api/studies/1/note HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
LARGE = (  # 6 MB
    b"GET /static/bundle.js HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n\r\n"
)
MEGABYTE = 10**6


def connect(address: Address, *, received_at_most: int = 0) -> socket.socket:
    visitor = socket.socket()
    if received_at_most:
        visitor.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, received_at_most)
    visitor.settimeout(2)
    with suppress(TimeoutError):  # it waits in the queue
        visitor.connect(address)
    return visitor


def idle(address: Address) -> socket.socket:
    """Return a connection that had its answer and is kept."""
    visitor = connect(address)
    visitor.settimeout(0.1)
    with suppress(OSError):  # those beyond the server's limit have no answer
        visitor.sendall(ASK)
        visitor.recv(65536)
    return visitor


def slow_head(address: Address) -> socket.socket:
    visitor = connect(address)
    visitor.sendall(b"GET / HTTP/1.1\r\nX: ")
    return visitor


def half_open(address: Address) -> socket.socket:
    return connect(address)


def half_a_head(address: Address) -> socket.socket:
    """Return a connection that sent half of its request and nothing more."""
    visitor = connect(address)
    visitor.sendall(ASK[:20])
    return visitor


def slow_body(address: Address) -> socket.socket:
    visitor = connect(address)
    visitor.sendall(BODY % 100_000)
    return visitor


def unread(address: Address) -> socket.socket:
    """Return a connection that asked for much and reads nothing."""
    visitor = connect(address, received_at_most=4096)
    visitor.sendall(LARGE)
    return visitor


def many_unread(address: Address) -> socket.socket:
    """Return a connection that asked for a hundred answers at once and reads none."""
    visitor = connect(address, received_at_most=4096)
    visitor.sendall(LARGE * 100)
    return visitor


CROWDS: dict[str, Callable[[Address], socket.socket]] = {
    "idle": idle,
    "slow head": slow_head,
    "half open": half_open,
    "half a head": half_a_head,
    "slow body": slow_body,
    "unread": unread,
    "unread times 100": many_unread,
}
DRIBBLING = {slow_head, slow_body}


@contextmanager
def dashboard(url: str, files: int | None) -> Iterator[tuple[Address, psutil.Process]]:
    program = str(Path(sys.executable).with_name("har-search"))
    command = [program, "dashboard", "--storage", url, "--port", "0"]
    if files is not None:
        command = ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh", *command]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://([\d.]+):(\d+)", process.stdout.readline())
            assert found is not None
            yield (found[1], int(found[2])), psutil.Process(process.pid)
        finally:
            process.terminate()


def seconds_to_answer(address: Address, longest: float) -> float:
    """Return how long a new visitor waits for the page's first bytes; infinity for none."""
    begun = time.perf_counter()
    try:
        with socket.create_connection(address, timeout=longest) as visitor:
            visitor.sendall(ASK)
            if visitor.recv(12).startswith(b"HTTP/1.1 200"):
                return time.perf_counter() - begun
    except OSError:
        pass
    return float("inf")


def dribble(crowd: list[socket.socket], ended: threading.Event) -> None:
    while not ended.wait(1):
        for visitor in crowd:
            with suppress(OSError):
                visitor.send(b"x")


def held(process: psutil.Process) -> str:
    return f"{process.memory_info().rss / MEGABYTE:.0f} | {process.num_fds()}"


def measure(url: str, name: str, people: int, longest: float, files: int | None) -> str:
    """Return a crowd's row: how long three new visitors wait, and what the server holds."""
    with dashboard(url, files) as (address, process):
        seconds_to_answer(address, longest)
        before = held(process)
        ended = threading.Event()
        crowd: list[socket.socket] = []
        with suppress(OSError):
            crowd += [CROWDS[name](address) for _ in range(people)]
        if CROWDS[name] in DRIBBLING:
            threading.Thread(target=dribble, args=(crowd, ended), daemon=True).start()
        waits = [seconds_to_answer(address, longest)]
        after = held(process)
        if waits[0] < longest:
            for _ in range(2):
                time.sleep(2)
                waits.append(seconds_to_answer(address, longest))
        ended.set()
        for visitor in crowd:
            visitor.close()
    wait = f"{max(waits):.2f}" if max(waits) < longest else "none"
    return f"| {len(crowd)} {name} | {wait} | {before} | {after} |"


def sent_before_refusal(address: Address, size: int) -> tuple[int, str]:
    """Return how much of a body the server took before its answer or its end, and the answer."""
    sent, chunk = 0, bytes(65536)
    with socket.create_connection(address, timeout=10) as visitor:
        visitor.sendall(BODY % size)
        visitor.setblocking(False)
        answer, stop = b"", time.monotonic() + 30
        while sent < size and not answer and time.monotonic() < stop:
            with suppress(BlockingIOError):
                answer = visitor.recv(100)
            try:
                sent += visitor.send(chunk)
            except BlockingIOError:
                time.sleep(0.001)
            except OSError:
                break
        visitor.settimeout(10)
        with suppress(OSError):
            answer = answer or visitor.recv(100)
    return sent, answer.split(b"\r\n")[0].decode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=int, default=500)
    parser.add_argument("--slow", type=int, default=200)
    parser.add_argument("--longest", type=float, default=200, help="seconds")
    parser.add_argument("--files", type=int)
    parser.add_argument("--only", nargs="+", default=list(CROWDS), choices=list(CROWDS))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/crowd.db"
        init(load_spec("homework"), url, locate("simulated"))
        print("| crowd | answer after at most, s | MB before | files | MB with it | files |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        for name in arguments.only:
            people = arguments.idle if name == "idle" else arguments.slow
            row = measure(url, name, people, arguments.longest, arguments.files)
            print(row, flush=True)
        with dashboard(url, arguments.files) as (address, _):
            sent, answer = sent_before_refusal(address, 150 * MEGABYTE)
            print(f"\nA body of 150 MB: {sent / MEGABYTE:.1f} MB taken, then {answer}")


if __name__ == "__main__":
    main()
