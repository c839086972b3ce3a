"""What the documents say is so."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from docs import commands
from har_search.cli import COMMANDS, app
from har_search.networks.mlp import MLPConfig, source
from har_search.study.file import parse_spec
from har_search.study.shipped import shipped_studies
from tests.conftest import Ran

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_page_of_commands_is_current() -> None:
    assert commands.PAGE.read_text(encoding="utf-8") == commands.page()


def test_every_command_is_documented_and_helps(har_search: Callable[..., Ran]) -> None:
    names = {each.name or each.callback.__name__ for each in app.registered_commands}  # type: ignore[union-attr]
    assert names == {each.__name__ for group in COMMANDS.values() for each in group}
    for name in names:
        assert f"`har-search {name}" in README
        assert "Usage: har-search" in har_search(name, "--help").out


def test_every_option_can_come_from_the_environment() -> None:
    page = commands.PAGE.read_text(encoding="utf-8")
    options = re.findall(r"│ (?:\*\s+)?(--[a-z-]+)", page)
    assert options
    shown = page.count("HAR_SEARCH_")
    assert shown >= len([each for each in options if each not in ("--help", "--version")])


def test_the_commands_of_the_readme_are_real(har_search: Callable[..., Ran]) -> None:
    for line in re.findall(r"har-search ([a-z]+ ?[^`\n]*)", README):
        name, *arguments = line.split()
        if name not in commands.COMMANDS:
            continue
        text = har_search(name, "--help").out
        for argument in arguments:
            if argument.startswith("--"):
                assert argument.split("=")[0].rstrip(".,;") in text, line


def test_the_targets_of_the_readme_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", README, re.MULTILINE)):
        name = "".join(target)
        assert re.search(rf"^{name}:", makefile, re.MULTILINE), name


def test_the_lessons_network_in_the_readme_is_the_one_that_is_trained() -> None:
    network = source(MLPConfig(width=128, depth=3, dropout=0.3, batch_norm=True))
    assert network.split("model = ")[1] in README


def test_the_studies_of_the_readme_are_valid() -> None:
    for block in re.findall(r"```toml\n(.*?)```", README, re.DOTALL):
        parse_spec(tomllib.loads(block), "README.md")
    for name in shipped_studies():
        assert f"`{name}`" in README


@pytest.mark.parametrize("path", ["README.md", "docs/commands.md"])
def test_links_lead_to_files(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        if not link.startswith("http"):
            assert ((ROOT / path).parent / link).exists(), link
