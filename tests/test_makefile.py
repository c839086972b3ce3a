"""What `make` would run, by `make -n`; nothing is installed here."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems' PyPI has the CPU build")


def planned(*arguments: str, **environment: str) -> str:
    """Return the commands that a fresh `make` would run."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PIP_EXTRA_INDEX_URL", "STUDY", "TRIALS", "STORAGE", "MAKEFLAGS")
    }
    ran = subprocess.run(
        ["make", "--no-print-directory", "-n", "-B", *arguments, f"PYTHON={sys.executable}"],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        check=True,
        text=True,
    )
    assert ran.stderr == ""
    return ran.stdout


@pytest.fixture
def index() -> Iterator[str]:
    """Serve an index that answers, and return its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def no_gpu(tmp_path: Path) -> dict[str, str]:
    """Return a PATH with what make needs and without nvidia-smi."""
    for tool in ("sh", "uname"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    (tmp_path / "make").symlink_to(str(shutil.which("make")))
    return {"PATH": str(tmp_path)}


@linux
def test_without_a_gpu_the_cpu_build_is_taken(index: str, no_gpu: dict[str, str]) -> None:
    assert f" --extra-index-url {index} " in planned("run", f"CPU_INDEX={index}", **no_gpu)


@linux
def test_with_a_gpu_or_an_index_of_ones_own_pip_decides(
    index: str, no_gpu: dict[str, str], tmp_path: Path
) -> None:
    for own in ("", "https://mirror.school.example/simple"):
        commands = planned("run", f"CPU_INDEX={index}", PIP_EXTRA_INDEX_URL=own, **no_gpu)
        assert "--extra-index-url" not in commands
    nvidia = tmp_path / "nvidia-smi"
    nvidia.write_text("#!/bin/sh\n")
    nvidia.chmod(0o755)
    assert "--extra-index-url" not in planned("run", f"CPU_INDEX={index}", **no_gpu)


@linux
def test_offline_pip_installs_as_it_would(no_gpu: dict[str, str]) -> None:
    assert "--extra-index-url" not in planned("run", "CPU_INDEX=http://127.0.0.1:9", **no_gpu)


def test_run_takes_a_study_and_winners_has_its_own() -> None:
    unreachable = "CPU_INDEX=http://127.0.0.1:9"
    assert "--study" not in planned("run", unreachable)
    assert "run --study robust --trials 20 " in planned(
        "run", unreachable, "STUDY=robust", "TRIALS=20"
    )
    assert planned("winners", unreachable).count("--study calibrated ") == 2
    assert planned("winners", unreachable, "STUDY=robust").count("--study robust ") == 2
