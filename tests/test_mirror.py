"""tests/ mirrors the packages, so that a module's tests are where one looks for them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import har_search

PACKAGE, TESTS = Path(har_search.__file__).parent, Path(__file__).parent
MODULES = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
TEST_FILES = {path.relative_to(TESTS).as_posix(): path for path in TESTS.rglob("test_*.py")}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def test_each_module_has_tests_of_its_name_or_is_named_in_those_that_cover_it() -> None:
    """A file that covers more says so in its docstring, such as `board/status.py`."""
    docstrings = " ".join(ast.get_docstring(tree_of(path)) or "" for path in TEST_FILES.values())
    named = {*re.findall(r"`((?:\w+/)?\w+\.py)`", docstrings)}
    for module in sorted(MODULES):
        folder, _, name = module.rpartition("/")
        own = f"{folder}/test_{name}".lstrip("/")
        assert name == "__init__.py" or own in TEST_FILES or module in named, module
    packages = {module.partition("/")[0] for module in MODULES if "/" in module}
    gone = {each for each in named - MODULES if each.partition("/")[0] in packages}
    assert not gone  # moved or renamed since


def test_no_test_file_imports_another() -> None:
    """What they share is in a conftest, or in tests/helpers.py."""
    for name, path in TEST_FILES.items():
        for module in imported(path):
            assert not re.match(r"tests\.(\w+\.)*test_", module), f"{name} imports {module}"
