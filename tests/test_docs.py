"""What the documents say is so."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer

from docs import architecture, commands
from har_search.cli import COMMANDS, app
from har_search.networks.mlp import MLPConfig, source
from har_search.study.file import parse_spec
from har_search.study.shipped import shipped_studies
from har_search.study.spec import HYPERPARAMETERS
from tests.conftest import Ran

ROOT = Path(__file__).parents[1]
PATHS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (*map(ROOT.joinpath, PATHS), *sorted((ROOT / "docs").glob("*.md")))
}
README = PAGES["README.md"]
BEFORE = r"(?:\.venv[/\\](?:bin|Scripts)[/\\]|uv run )?"
every_page = pytest.mark.parametrize("path", PAGES)


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language, or with "" those of commands."""
    found = re.findall(r"^```([a-z]*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [content for each, content in found if each == language]


def typed(text: str) -> Iterator[str]:
    """Yield each command line that a page tells people to type, without what runs before it."""
    for block in blocks(text, ""):
        for line in block.splitlines():
            yield from line.split("#")[0].split(" && ")
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    for span in re.findall(r"`([^`]+)`", prose):
        yield " ".join(span.split())


def test_the_page_of_commands_is_current() -> None:
    assert commands.PAGE.read_text(encoding="utf-8") == commands.page()


def test_the_tables_of_the_architecture_are_current() -> None:
    """`make docs` writes them again."""
    assert architecture.PAGE.read_text(encoding="utf-8") == architecture.page()


def test_the_walks_lead_through_code_that_is_there() -> None:
    page = PAGES["docs/architecture.md"]
    walks = " ".join(page[page.index("## Three walks") : page.index("## Every module")].split())
    steps = re.findall(r"`(\w+/\w+\.py)`,? `(\w+)\(\)`(?: and `(\w+)\(\)`)?", walks)
    assert len(steps) > 20
    for module, *names in steps:
        text = (ROOT / "har_search" / module).read_text(encoding="utf-8")
        for name in filter(None, names):
            assert re.search(rf"^\s*def {name}\(", text, re.MULTILINE), (module, name)
    for module in re.findall(r"`(\w+/\w+\.(?:py|toml))`", walks):
        assert (ROOT / module).exists() or (ROOT / "har_search" / module).exists(), module


def test_every_command_is_documented_and_helps(har_search: Callable[..., Ran]) -> None:
    names = {each.name or each.callback.__name__ for each in app.registered_commands}  # type: ignore[union-attr]
    assert names == {each.__name__ for group in COMMANDS.values() for each in group}
    for name in names:
        assert f"`har-search {name}" in README
        assert "Usage: har-search" in har_search(name, "--help").out


def test_every_option_can_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    page = commands.PAGE.read_text(encoding="utf-8")
    program = typer.main.get_command(app)
    root = program.make_context("har-search", [], resilient_parsing=True)
    assert len(commands.variables()) > 40
    for name, option, variable in commands.variables():
        assert f"| `{variable}` | `{option}` |" in page
        monkeypatch.setenv(variable, "1")
        command, context = program, root
        for part in name.split():
            command = command.commands[part]  # type: ignore[attr-defined]
            context = command.make_context(part, [], parent=context, resilient_parsing=True)
        (own,) = (each for each in command.params if option in each.opts)
        assert own.value_from_envvar(context) is not None, variable
        monkeypatch.delenv(variable)


@every_page
def test_commands_can_be_typed_as_they_stand(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse each as the program would; a bare `har-search export` names the command alone."""
    monkeypatch.setenv("HAR_SEARCH_READER_PASSWORD", "read")
    program = typer.main.get_command(app)
    for line in typed(PAGES[path]):
        called = re.match(rf"{BEFORE}har-search( .*)?$", line)
        if called is None:
            continue
        name, *arguments = shlex.split(called[1] or "run")
        command = program.commands[name]  # type: ignore[attr-defined]
        if arguments and arguments != ["--help"]:
            command.make_context(name, arguments)


@every_page
def test_options_named_alone_are_ones_of_a_command(path: str) -> None:
    page = commands.PAGE.read_text(encoding="utf-8")
    for line in typed(PAGES[path]):
        if line.startswith("--") and not line.startswith("--scale "):  # which is compose's
            assert f" {line.split()[0]} " in page, line


@every_page
def test_what_make_and_python_run_is_there(path: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    for line in typed(PAGES[path]):
        words = line.split()
        if words[:1] == ["make"] and len(words) > 1:
            assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE), line
            for variable in words[2:]:
                assert re.search(rf"\$\(({variable.split('=')[0]})\)", makefile), line
        for script in re.findall(r"(?:benchmarks|docs|tests)/\S+\.py\b", line):
            assert (ROOT / script).exists(), line
        for extra in re.findall(r"\.\[(\w+)\]|--extra (\w+)", line):
            assert "".join(extra) in extras, line


@every_page
def test_variables_are_ones_that_something_reads(path: str) -> None:
    known = commands.PAGE.read_text(encoding="utf-8") + (ROOT / "docker-compose.yml").read_text()
    for name in re.findall(r"HAR_SEARCH_[A-Z_]+", PAGES[path]):
        assert name in known


def test_the_readme_fits_on_two_screens() -> None:
    assert len(README.splitlines()) <= 150


@every_page
def test_python_blocks_run(path: str) -> None:
    for block in blocks(PAGES[path], "python"):
        subprocess.run([sys.executable, "-W", "error", "-c", block], check=True, cwd=ROOT)


def test_the_lessons_network_in_the_docs_is_the_one_that_is_trained() -> None:
    network = source(MLPConfig(width=128, depth=3, dropout=0.3, batch_norm=True))
    assert network.split("model = ")[1] in PAGES["docs/search.md"]


@every_page
def test_study_files_are_valid(path: str) -> None:
    for block in blocks(PAGES[path], "toml"):
        parse_spec(tomllib.loads(block), path)


def test_every_shipped_study_and_hyperparameter_is_documented() -> None:
    for name in shipped_studies():
        assert f"`{name}`" in PAGES["docs/search.md"]
    for name, each in HYPERPARAMETERS.items():
        lesson = str(each.lesson).lower().removesuffix(".0")
        assert f"| `{name}` | {lesson} |" in PAGES["docs/study-files.md"]


def headings(text: str) -> set[str]:
    """Return the headings of a page's links: as GitHub makes them of its titles."""
    without = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.+)$", without, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in titles}


@every_page
def test_links_lead_to_files_and_titles(path: str) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", PAGES[path]):
        if link.startswith("http"):
            continue
        file, _, title = link.partition("#")
        target = (ROOT / path).parent / file if file else ROOT / path
        assert target.exists(), link
        if title:
            assert title in headings(target.read_text(encoding="utf-8")), link


def test_the_tests_that_hold_the_promises_are_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGES["docs/promises.md"])
    assert len(named) > 40
    for file, name in named:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {name}\(", text, re.MULTILINE), f"{file}::{name}"


def table_heads(text: str) -> list[str]:
    """Return the headings of the tables that a page's sample outputs have, single-spaced."""
    first = ("#", "trial was", "window activity")
    lines = [" ".join(each.split()) for block in blocks(text, "text") for each in block.split("\n")]
    return [line for line in lines if line.startswith(first)]


def test_headings_of_sample_outputs_are_the_programs(
    har_search: Callable[..., Ran],
    kept: str,
    uci_zip: Path,
    uci_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HAR_SEARCH_STORAGE", kept)
    monkeypatch.setenv("HAR_SEARCH_DATA", str(uci_zip))
    monkeypatch.setenv("COLUMNS", "200")
    shown = ""
    for line in (
        "leaderboard",
        "confirm --top 1 --seeds 3 --by-subject --workers 1",
        f"predict 1 {shlex.quote(os.fspath(uci_folder / 'test' / 'X_test.txt'))}",
    ):
        ran = har_search(*shlex.split(line))
        assert ran.code == 0, ran.err
        shown += ran.out
    printed = {" ".join(line.split()) for line in shown.splitlines()}
    for path, count in (("README.md", 2), ("docs/pick-a-winner.md", 3)):
        heads = table_heads(PAGES[path])
        assert len(heads) == count
        assert set(heads) <= printed


@every_page
def test_what_is_cut_says_so(path: str) -> None:
    for block in re.findall(r"^```text\n.*?^```\n\n[^\n]*", PAGES[path], re.DOTALL | re.MULTILINE):
        if re.search(r"…$", block.split("```")[1].rstrip(), re.MULTILINE):
            assert "Shortened" in block or "shortened" in block, block
