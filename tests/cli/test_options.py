"""Words of options as values."""

import pytest
import typer

from har_search.cli.options import seconds_of, worker_count


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("1.5m", 90), ("1h30m", 5400), (12.5, 12.5)]
)
def test_a_duration_is_in_seconds_unless_it_says_otherwise(
    text: str | float, seconds: float
) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["soon", "0", "-5", "-1m", "nan", ""])
def test_what_is_no_time_from_now_on_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        seconds_of(text)


def test_workers_are_a_number_from_1_on_or_one_a_core() -> None:
    assert worker_count("auto") is None
    assert worker_count("12") == 12
    for text in ("0", "-1", "1.5", "many", ""):
        with pytest.raises(typer.BadParameter, match="neither auto nor a number from 1 on"):
            worker_count(text)
