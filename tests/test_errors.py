"""Every exception that a person can do something about has its line in the module's tree."""

import re

from har_search import errors
from har_search.errors import HarSearchError


def test_the_tree_names_each_exception_and_no_other() -> None:
    assert errors.__doc__ is not None
    named = re.findall(r"^    [├└]── (\w+)  ?", errors.__doc__, re.MULTILINE)
    there = [name for name, each in vars(errors).items() if isinstance(each, type)]
    assert sorted([*named, "HarSearchError"]) == sorted(there)
    assert all(issubclass(getattr(errors, name), HarSearchError) for name in named)
