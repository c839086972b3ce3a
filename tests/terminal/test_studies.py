from datetime import datetime

from har_search.terminal.studies import moment, size


def test_times_and_sizes_are_written_for_people() -> None:
    assert moment(None) == "–"
    assert len(moment(datetime(2026, 11, 25, 2, 13))) == 16
    assert (size(1234), size(3_100_000)) == ("1.2 kB", "3.1 MB")
