import subprocess
import sys

import pytest

CHECK = """
import sys
sys.argv = ["har-search", *{arguments}]
from har_search.cli import main
try:
    main()
except SystemExit:
    pass
heavy = ("torch", "optuna", "sqlalchemy", "pandas", "httpx")
print(*(name for name in heavy if name in sys.modules))
"""


@pytest.mark.parametrize(
    ("arguments", "loaded"),
    [
        (["--help"], ""),
        (["leaderboard", "--storage", "sqlite:///gone.db"], "sqlalchemy pandas"),
        (["show", "1", "--storage", "sqlite:///gone.db"], "sqlalchemy pandas"),
    ],
)
def test_what_does_not_train_starts_without_torch_and_optuna(
    arguments: list[str], loaded: str
) -> None:
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
