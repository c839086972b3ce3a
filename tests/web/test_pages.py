"""The pages over HTTP's own interface, without a browser: content, headers, paths, bad input."""

import re

import optuna
import pytest
from markupsafe import escape
from werkzeug.test import Client

from har_search.board.columns import COLUMNS
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from har_search.web.pages import duration
from tests.conftest import Entry
from tests.web.conftest import NASTY, Fill


def test_the_leaderboard_has_tracks_entries_and_progress(each_client: Client) -> None:
    page = each_client.get("/").text
    assert page.count("<tr") == 4
    assert "Track A" in page
    assert "test above 96 %, gap under 2 pp" in page
    assert "97.00" in page
    assert "gap 3.00 pp" in page  # of track B's leader
    assert "3<small> trials" in page
    assert "no search running" in page
    assert "simulated" not in page


def test_what_people_wrote_is_text(client: Client) -> None:
    for path in ("/", "/live", "/studies/quick/trials/2"):
        page = client.get(path).text
        assert NASTY not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_name_that_is_no_utf_8_breaks_no_page(
    each_client: Client, url: str, quick: StudySpec, fill: Fill
) -> None:
    fill(url, quick, [Entry(0.99, 0.01, student="caf\udce9")])
    for path in ("/", "/live", "/studies/quick/trials/5", "/?student=caf%5Cxe9"):
        answer = each_client.get(path)
        assert answer.status_code == 200
        assert "caf\\xe9" in answer.text
        assert "99.00" in answer.text


def test_headings_say_what_a_column_is_and_how_it_is_sorted(client: Client) -> None:
    headings = client.get("/?sort=gap").text.partition("<thead>")[2].partition("</thead>")[0]
    cells = [" ".join(cell.split()) for cell in headings.split("<th ")[1:]]
    texts = [re.sub(r"<[^>]+>", "", cell.partition(">")[2]).strip() for cell in cells]
    assert texts == [column.title for column in COLUMNS if column.title in texts]
    assert {"#", "trial", "test %", "gap pp", "lr", "epoch"} <= {*texts}
    assert all('title="' in cell for cell in cells)
    (sorted_by,) = [cell for cell in cells if "aria-sort" in cell]
    assert 'aria-sort="ascending"' in sorted_by
    assert "gap" in sorted_by


def test_the_moving_part_is_sent_only_where_it_changed(
    client: Client, sqlite_url: str, quick: StudySpec, fill: Fill
) -> None:
    first = client.get("/live")
    assert first.status_code == 200
    again = client.get("/live", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    fill(sqlite_url, quick, [Entry(0.99, 0.01)])
    changed = client.get("/live", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert "99.00" in changed.text


def test_an_entry_has_figures_differences_and_source(client: Client) -> None:
    page = client.get("/studies/quick/trials/2").text
    assert "98.00" in page
    assert "the first hidden layer has 64 units instead of 128" in page
    assert "nn.Linear(561, 64)," in page
    assert "Learning curve" not in page  # this one was not trained here


def test_an_entrys_whole_training_is_shown_and_downloaded(client: Client) -> None:
    answer = client.get("/studies/quick/trials/2/train.py")
    assert answer.status_code == 200
    assert answer.mimetype == "text/x-python"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="train.py"'
    compile(answer.text, "train.py", "exec")
    page = client.get("/studies/quick/trials/2").text
    assert str(escape(answer.text)) in page


def test_two_marked_entries_stand_side_by_side(each_client: Client) -> None:
    page = each_client.get("/").text
    assert 'name="entry" value="quick/2" form="compare"' in page
    assert '<form id="compare" action="/compare">' in page
    chosen = "entry=quick/1&entry=quick/2"
    answer = each_client.get(f"/compare?{chosen}")
    assert answer.status_code == 200
    assert '<tr class="differs"><th scope="row">test accuracy %' in answer.text
    assert "har-search compare 1 2 --windows --study quick" in answer.text
    assert each_client.get(f"/compare.svg?{chosen}&theme=dark").mimetype == "image/svg+xml"
    for wrong in ("", "entry=quick/1", "entry=quick/1&entry=quick/1", "entry=1&entry=a/b"):
        refused = each_client.get(f"/compare?{wrong}")
        assert refused.status_code == 400
        assert "Choose two entries" in refused.text
    assert each_client.get("/compare?entry=quick/1&entry=quick/99").status_code == 404


def test_pictures_are_drawn_for_both_themes(client: Client) -> None:
    for theme in ("light", "dark", "nonsense"):
        picture = client.get(f"/accuracy-against-gap.svg?theme={theme}")
        assert picture.mimetype == "image/svg+xml"
        assert picture.text.startswith("<?xml")


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/studies/quick/trials/99",
        "/studies/quick/trials/99999999999999999999",
        "/studies/gone/trials/1",
        "/?study=gone",
        "/live?study=gone",
        "/accuracy-against-gap.svg?study=gone",
        "/studies/quick/trials/1/learning-curve.svg",
        "/studies/quick/trials/1/nonsense.svg",
        "/studies/quick/trials/99/train.py",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "To the leaderboard" in answer.text


def test_a_study_deleted_meanwhile_is_not_there(each_client: Client, url: str) -> None:
    assert each_client.get("/?study=quick").status_code == 200
    with open_for_writing(url) as storage:
        optuna.delete_study(storage=storage, study_name="quick")
    assert each_client.get("/?study=quick").status_code == 404
    assert each_client.get("/studies/quick/trials/1").status_code == 404
    assert "No finished trial yet" in each_client.get("/").text


def test_times_are_written_for_people() -> None:
    assert [duration(each) for each in (41.2, 185, 7500)] == ["41 s", "3 min", "2 h 05 min"]
