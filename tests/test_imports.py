import ast
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import har_search
from har_search.study.file import load_spec
from tests.conftest import Entry

PACKAGE = Path(har_search.__file__).parent

CHECK = """
import sys
sys.argv = ["har-search", *{arguments}]
from har_search.cli import main
try:
    main()
except SystemExit:
    pass
heavy = ("torch", "optuna", "sqlalchemy", "pandas", "numpy", "scipy", "httpx")
print(*(name for name in heavy if name in sys.modules))
"""


@pytest.mark.parametrize(
    ("arguments", "loaded"),
    [
        (["--help"], ""),
        (["leaderboard"], "sqlalchemy"),
        (["leaderboard", "--format", "json"], "sqlalchemy"),
        (["show", "1"], "sqlalchemy"),
    ],
)
def test_what_does_not_train_starts_without_what_is_heavy(
    arguments: list[str], loaded: str, fill: Callable[..., None]
) -> None:
    fill("sqlite:///har-search.db", load_spec("lesson"), [Entry(0.97)])
    ran = subprocess.run(
        [sys.executable, "-c", CHECK.format(arguments=arguments)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.splitlines()[-1] == loaded


def test_the_process_that_searches_leaves_torch_to_its_workers() -> None:
    """It would take two seconds before the first of them starts."""
    check = "import sys, har_search.search.run; print('torch' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


LOGGING = """
import logging, pkgutil, optuna, psycopg, sqlalchemy, har_search  # they set levels themselves
optuna.logging.set_verbosity(optuna.logging.DEBUG)
loggers = [logging.getLogger(name) for name in (None, "optuna", "psycopg", "sqlalchemy")]
def state():
    return [(each.level, each.disabled, list(each.handlers), each.propagate) for each in loggers]
before = state()
import har_search.search.run
for module in pkgutil.walk_packages(har_search.__path__, "har_search."):
    __import__(module.name)
print(state() == before, optuna.logging.get_verbosity() == optuna.logging.DEBUG)
"""


def test_importing_the_package_leaves_the_users_logging_alone() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LOGGING], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "True True\n"


def test_only_storage_knows_sql() -> None:
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        if name.startswith("storage/"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported = [each.name for each in node.names]
            else:
                imported = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(each.split(".")[0] == "sqlalchemy" for each in imported), name
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                sql = re.search(r"\b(SELECT|INSERT|UPDATE|DELETE)\b", node.value)
                assert sql is None, f"{name}: {node.value}"
