"""Pages over a study of three trials, without a browser."""

from collections.abc import Callable, Iterator

import pytest
from werkzeug.test import Client

from har_search.study.spec import StudySpec
from har_search.web import contents, gap_picture
from har_search.web.server import make_app
from tests.conftest import Entry

Fill = Callable[..., None]
NASTY = "<script>alert(1)</script>"
ENTRIES = [
    Entry(0.970, 0.010, student="ann"),
    Entry(0.980, 0.030, student=NASTY, width=64, parameters=500),
    Entry(0.950, 0.001, student="bob", pruned=True),
]


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(contents, "FRESH_SECONDS", 1e-6)
    for answers in (contents.CONTENTS, contents.CSV):
        answers.clear()
    yield
    for kept in (gap_picture.PICTURES, gap_picture.POINTS):
        kept.clear()
    contents.NEIGHBOURS.clear()


@pytest.fixture
def client(sqlite_url: str, quick: StudySpec, fill: Fill) -> Iterator[Client]:
    fill(sqlite_url, quick, ENTRIES)
    with make_app(sqlite_url, None, writable=False) as app:
        yield Client(app)


@pytest.fixture
def each_client(url: str, quick: StudySpec, fill: Fill) -> Iterator[Client]:
    """The pages over a database of each kind."""
    fill(url, quick, ENTRIES)
    with make_app(url, None, writable=False) as app:
        yield Client(app)
