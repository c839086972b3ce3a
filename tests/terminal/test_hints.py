"""Commands that are named whole."""

import shlex

import pytest

from har_search.terminal.hints import NO_OPTIONS, Hints

HINTS = Hints(
    {
        "run": {"--storage": "sqlite:///my file.db", "--student": "Ada L"},
        "show": {"--study": "robust"},
        "export": {"--study": "ann's"},
    }
)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("run `har-search run` first", "--storage sqlite:///my file.db --student Ada L"),
        ("`har-search run --student Bob`", "--student Bob --storage sqlite:///my file.db"),
        ("`har-search run --student=Bob`", "--student=Bob --storage sqlite:///my file.db"),
        ("`har-search show 7` shows it", "7 --study robust"),
        ("`har-search export 7 --to DIR`", "7 --to DIR --study ann's"),
        ("`har-search leaderboard` lists them", ""),
    ],
)
def test_a_command_in_a_text_gets_the_options_that_it_leaves_out(text: str, whole: str) -> None:
    found = HINTS.whole(text)
    before, command, after = found.split("`")
    assert " ".join(shlex.split(command)[2:]) == whole
    assert text.startswith(before)
    assert text.endswith(after)
    assert NO_OPTIONS.whole(text) == text


def test_a_command_line_can_be_typed_as_it_stands() -> None:
    assert shlex.split(HINTS.command("run", "--trials", 12)) == [
        *("har-search", "run", "--trials", "12"),
        *("--storage", "sqlite:///my file.db", "--student", "Ada L"),
    ]
    assert HINTS.without("--study").command("show", 7) == "har-search show 7"
