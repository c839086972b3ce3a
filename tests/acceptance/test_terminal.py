"""What a person sees at a terminal while a search runs."""

import os
import sys
from pathlib import Path

import pytest

from tests.acceptance.conftest import STUDY

pexpect = pytest.importorskip("pexpect")


@pytest.mark.slow
def test_a_terminal_shows_progress_and_each_tracks_best(
    sqlite_url: str, uci_zip: Path, tmp_path: Path
) -> None:
    study = tmp_path / "short.toml"
    study.write_text(STUDY.format(epochs=30))
    arguments = ["-m", "har_search", "run", "--storage", sqlite_url, "--study", str(study)]
    arguments += ["--data", str(uci_zip), "--trials", "6", "--workers", "1"]
    environment = {**os.environ, "TERM": "xterm-256color"}
    terminal = pexpect.spawn(
        sys.executable,
        arguments,
        encoding="utf-8",
        timeout=300,
        dimensions=(30, 110),
        env=environment,
    )
    terminal.expect("making the search ready")
    terminal.expect("search 1 worker")
    terminal.expect("trials")
    terminal.expect("starting 1 worker")
    terminal.expect(r"trials/min")
    terminal.expect("track easy")
    terminal.expect(r"✓ trial \d: test")
    terminal.expect("track impossible")
    terminal.expect("none yet")
    terminal.expect("The study has its 6 trials")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
