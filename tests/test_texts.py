"""Long texts from templates: what is missing is an error, and nothing is escaped by itself."""

import subprocess
import sys

import jinja2
import pytest

from har_search.texts import rendered


def test_every_value_must_be_given() -> None:
    with pytest.raises(jinja2.UndefinedError, match="'merits' is undefined"):
        rendered("har_search.search", "trial-note.md.jinja")


def test_names_are_text_and_no_template() -> None:
    found = rendered(
        "har_search.handin",
        "model.py.jinja",
        imports="{{ network }}",
        network="a < b & 'c'",
        activities=["{% if %}"],
        calibrated=False,
        inputs="none",
        smallest_sd="1",
        weights="w",
    )
    assert "\nimport torch\n{{ network }}\n" in found
    assert "\n    \"{% if %}\",\n)\n\na < b & 'c'\n\n\ndef load_weights(" in found


def test_jinja_is_imported_where_a_text_is_written() -> None:
    check = (
        "import sys, har_search.handin.export, har_search.search.worker, har_search.texts; "
        "print('jinja2' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
