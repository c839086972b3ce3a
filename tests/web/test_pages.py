"""The pages over HTTP's own interface, without a browser: content, headers, paths, bad input."""

import html
import io
import re
from pathlib import Path

import optuna
import pandas as pd
import pytest
from markupsafe import escape
from werkzeug.test import Client

from har_search.board.columns import COLUMNS
from har_search.board.pictures import NARROW, WIDE
from har_search.challenge.confirmed import Confirmation
from har_search.storage import confirmations
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from har_search.web import pages
from har_search.web.pages import code, count, duration
from har_search.web.server import make_app
from tests.conftest import Entry
from tests.web.conftest import NASTY, Fill


def rows(page: str) -> int:
    return page.partition("<tbody>")[2].count("<tr")


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


@pytest.mark.parametrize(
    ("query", "code", "there"),
    [
        ("sort=foo", 400, "score, test, gap, parameters, newest"),
        ("track=Z", 400, "there is A, B"),
        ("page=0", 400, "numbered from 1"),
        ("page=two", 400, "numbered from 1"),
        ("confirmed=maybe", 400, "confirmed is 1 or left out"),
        ("page=999", 404, "all fits on page 1"),
        ("page=99999999999999999999", 404, "all fits on page 1"),
    ],
)
def test_an_address_that_makes_no_sense_names_what_there_is(
    client: Client, query: str, code: int, there: str
) -> None:
    for path in ("/", "/live"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == code
        assert there in answer.text
    if "page=9" not in query:
        assert client.get(f"/leaderboard.csv?{query}").status_code == code


def test_a_page_beyond_the_end_names_the_last_one(
    sqlite_url: str, quick: StudySpec, fill: Fill
) -> None:
    fill(sqlite_url, quick, [Entry(0.95)] * 51)
    with make_app(sqlite_url, None, writable=False) as app:
        client = Client(app)
        assert "page 2 of 2" in client.get("/?page=2").text
        answer = client.get("/?page=3")
    assert answer.status_code == 404
    assert "the last one is page 2" in answer.text


def test_one_row_a_student_and_only_what_is_confirmed(
    each_client: Client, url: str, quick: StudySpec, fill: Fill
) -> None:
    fill(url, quick, [Entry(0.90, student="ann")])
    assert rows(each_client.get("/").text) == 4
    page = each_client.get("/?best_per_student=1&track=A").text
    assert rows(page) == 1
    assert "best_per_student=1" in page  # in the links that sort
    assert rows(each_client.get("/?best_per_student=1").text) == 3
    page = each_client.get("/?confirmed=1").text
    assert "None of 4 finished trials is confirmed yet" in page
    assert "97.00" in page  # track A still has its leader
    with open_for_writing(url) as storage:
        seeds = [Confirmation(0, 1, 0.955, 0.99)]
        confirmations.save(storage, "quick", 1, 7, 10, seeds)
    page = each_client.get("/?confirmed=1").text
    assert rows(page) == 1
    assert "1 entry of 4 finished trials" in page


def test_numbers_of_things_are_in_words(sqlite_url: str, quick: StudySpec, fill: Fill) -> None:
    fill(sqlite_url, quick, [Entry(0.95)])
    with make_app(sqlite_url, None, writable=False) as app:
        page = Client(app).get("/").text
    assert "1 entry of 1 finished trial;" in page
    assert "<code>har-search confirm --by-subject</code>" in page
    assert "`" not in page
    assert [count(each, "trial") for each in (0, 1, 2000)] == [
        "0 trials",
        "1 trial",
        "2,000 trials",
    ]


def test_code_in_messages_is_marked_and_stays_text() -> None:
    assert code("run `a <b>` or `c") == "run <code>a &lt;b&gt;</code> or `c"


def test_what_is_shown_can_be_downloaded(client: Client) -> None:
    link = re.findall(r'href="(/leaderboard.csv[^"]*)"', client.get("/?sort=gap&student=bob").text)
    answer = client.get(html.unescape(link[0]))
    assert answer.mimetype == "text/csv"
    assert "leaderboard.csv" in answer.headers["Content-Disposition"]
    (row,) = pd.read_csv(io.StringIO(answer.text)).to_dict("records")
    assert (row["student"], row["test_accuracy"]) == ("bob", 0.95)
    everything = pd.read_csv(io.StringIO(client.get("/leaderboard.csv").text))
    assert everything["trial"].tolist() == [1, 2, 3]


def test_a_point_tells_its_trial_and_links_to_it(client: Client) -> None:
    page = client.get("/").text
    marks = re.findall(
        r'<a href="([^"]+)" tabindex="-1"><circle cx="([^"]+)%" cy="([^"]+)%" r="7">'
        r"<title>([^<]+)</title>",
        page,
    )
    assert len(marks) == 3
    for link, left, top, words in marks:
        assert 0 <= float(left) <= 100
        assert 0 <= float(top) <= 100
        assert client.get(link).status_code == 200
        assert words.startswith(f"trial {link.rpartition('/')[2]}: test ")
    by_gap = sorted(marks, key=lambda mark: float(mark[1]))
    assert [each[3][-11:-3] for each in by_gap] == ["gap 0.10", "gap 1.00", "gap 3.00"]


def test_points_lie_on_the_pictures_axes() -> None:
    """The stylesheet's figures are those of the drawing."""
    style = (Path(pages.__file__).parent / "static" / "style.css").read_text()
    rules = re.findall(
        r"\.marks { [^}]*?left: (.+)%; top: (.+)%; width: (.+)%; height: (.+)%;", style
    )
    assert len(rules) == 2
    for rule, ((width, height), (left, right, bottom, top)) in zip(
        rules, (WIDE, NARROW), strict=True
    ):
        axes = (left / width, top / height, 1 - (left + right) / width, 1 - (bottom + top) / height)
        assert [float(each) for each in rule] == pytest.approx(
            [100 * each for each in axes], abs=0.01
        )


def test_a_table_says_what_its_headings_are(client: Client) -> None:
    for path in ("/", "/studies/quick/trials/1"):
        page = client.get(path).text
        assert page.count("<h1") == 1
        assert page.count("<th ") == page.count("<th scope=")
    words = client.get("/").text.partition("<dl>")[2]
    assert "<dt>BN</dt><dd>whether it has BatchNorm</dd>" in words
    assert "<dt>lr</dt><dd>learning rate</dd>" in words


def test_headings_say_what_a_column_is_and_how_it_is_sorted(client: Client) -> None:
    headings = client.get("/?sort=gap").text.partition("<thead>")[2].partition("</thead>")[0]
    cells = [" ".join(cell.split()) for cell in headings.split("<th ")[1:]]
    texts = [re.sub(r"<[^>]+>", "", cell.partition(">")[2]).strip() for cell in cells]
    assert texts == [column.title for column in COLUMNS if column.title in texts]
    assert {"#", "trial", "test %", "gap pp", "lr", "epoch"} <= {*texts}
    assert all("data-words=" in cell and "aria-description=" in cell for cell in cells)
    assert all("tabindex" in cell or "<a href" in cell for cell in cells)  # can be focused
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
    for theme in ("light", "dark", "nonsense", "dark&narrow=1"):
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
