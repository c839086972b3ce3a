"""The commands that write say what they say, and Optuna nothing beside it."""

import subprocess
import sys

HUSHED = """
import logging, optuna
from har_search.storage.logs import hush_libraries
assert optuna.logging.get_verbosity() == optuna.logging.INFO
hush_libraries()
assert optuna.logging.get_verbosity() == optuna.logging.ERROR
assert logging.getLogger("psycopg").level == logging.ERROR
"""


def test_libraries_are_hushed_where_it_is_asked_for() -> None:
    subprocess.run([sys.executable, "-c", HUSHED], check=True)


def test_a_new_study_is_no_line_on_the_screen(sqlite_url: str) -> None:
    command = [sys.executable, "-m", "har_search", "init", "--storage", sqlite_url]
    ran = subprocess.run([*command, "--data", "simulated"], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "is ready" in ran.stdout
