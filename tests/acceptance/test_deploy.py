"""Each service's own command, in compose's order, against a real PostgreSQL."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest
import sqlalchemy

from har_search.board.standings import Selection, leaderboard
from tests.helpers import compose

SERVICES = compose()["services"]
Process = subprocess.Popen[str]
PASSWORDS = {
    "HAR_SEARCH_DB_PASSWORD": "of the database",
    "HAR_SEARCH_READER_PASSWORD": "it's 100% \"the reader's\"",
}


def filled_in(value: object, variables: dict[str, str]) -> str:
    """Fill variables in as compose does: ${NAME:-default} and ${NAME:?message}."""

    def fill(match: re.Match[str]) -> str:
        name, how, rest = match.groups()
        assert how == "-" or name in variables, rest
        return variables.get(name, rest)

    return re.sub(r"\$\{(\w+):([-?])([^}]*)\}", fill, str(value))


def start(service: str, postgresql: str, variables: dict[str, str], **options: str) -> Process:
    """Start a service's command in its environment, with the database where the test has it."""
    described = SERVICES[service]
    socket_folder = sqlalchemy.make_url(postgresql).query["host"]

    def placed(text: str) -> str:
        if text == "/artifacts":
            return variables["artifacts"]
        return text.replace("@db/har_search", f"@/har_search?host={socket_folder}")

    command = [placed(filled_in(each, variables)) for each in described["command"]]
    command = [options.get(each.split("=")[0], each) for each in command]
    environment = {
        name: placed(filled_in(value, variables))
        for name, value in described["environment"].items()
    }
    entry = described.get("entrypoint", ["har-search"])
    program = str(Path(sys.executable).with_name(entry[0]))
    kept = {name: os.environ[name] for name in ("PATH", "HAR_SEARCH_CACHE_DIR")}
    data = {"HAR_SEARCH_DATA": variables["HAR_SEARCH_DATA"]}
    return subprocess.Popen(
        [program, *command],
        env={**kept, **data, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def database(postgresql: str) -> str:
    """What the postgres image makes of POSTGRES_USER and POSTGRES_DB."""
    assert SERVICES["db"]["environment"]["POSTGRES_USER"] == "har"
    assert SERVICES["db"]["environment"]["POSTGRES_DB"] == "har_search"
    engine = sqlalchemy.create_engine(postgresql, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE ROLE har SUPERUSER LOGIN")
        connection.exec_driver_sql("CREATE DATABASE har_search OWNER har")
    engine.dispose()
    return postgresql


@pytest.mark.slow
def test_the_services_do_their_work_in_order(database: str, uci_zip: Path, quick_file: str) -> None:
    variables = {
        **PASSWORDS,
        "TRIALS": "8",
        "HAR_SEARCH_STUDY": quick_file,
        "HAR_SEARCH_STUDENT": "class",
        "HAR_SEARCH_DATA": str(uci_zip),
        "artifacts": str(uci_zip.parent / "artifacts"),
    }
    assert "har_search" in str(SERVICES["db"]["healthcheck"]["test"])
    for _ in range(2):  # and again, as every `docker compose up` does
        init = start("init", database, variables)
        output, _ = init.communicate(timeout=60)
        assert init.returncode == 0, output
    workers = [start("worker", database, variables) for _ in range(2)]
    for worker in workers:
        output, _ = worker.communicate(timeout=120)
        assert worker.returncode == 0, output
        assert "The study has its 8 trials." in output
    url = sqlalchemy.make_url(database).set(database="har_search")
    board = leaderboard(url.render_as_string(hide_password=False), Selection())
    assert len(board.standings) == 8
    assert {each.student for each in board.standings} == {"class"}

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {"--port": f"--port={port}", "--host": "--host=127.0.0.1"}
    dashboard = start("dashboard", database, variables, **options)
    try:
        studies = fetch(dashboard, f"http://127.0.0.1:{port}/api/studies")
        assert '"quick"' in studies
        assert "Track A" in fetch(dashboard, f"http://127.0.0.1:{port}/")
        delete = urllib.request.Request(f"http://127.0.0.1:{port}/api/studies/1", method="DELETE")
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(delete, timeout=10)
    finally:
        for child in psutil.Process(dashboard.pid).children(recursive=True):
            child.kill()
        dashboard.kill()
        dashboard.communicate()
    assert len(leaderboard(url.render_as_string(hide_password=False)).standings) == 8
    assert_reads_and_does_nothing_else(url.set(username="har_reader"))


def fetch(server: Process, address: str) -> str:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as response:
                return str(response.read().decode())
        except (urllib.error.URLError, ConnectionError):
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)


def assert_reads_and_does_nothing_else(url: sqlalchemy.URL) -> None:
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM trials").scalar_one() > 0
        for forbidden in ("DELETE FROM trials", "CREATE TABLE mine (x INTEGER)"):
            with pytest.raises(sqlalchemy.exc.ProgrammingError, match="permission denied"):
                connection.exec_driver_sql(forbidden)
            connection.rollback()
    engine.dispose()
