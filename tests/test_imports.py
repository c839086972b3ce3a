import subprocess
import sys
from collections.abc import Callable

import pytest

from har_search.study.file import load_spec
from tests.conftest import Entry

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
