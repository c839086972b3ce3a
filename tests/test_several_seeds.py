"""A study whose trials are means over several seeds, from the search to what is handed in."""

import csv
import io
import json
import re
import shutil
import statistics
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
from safetensors.torch import load_file
from sqlalchemy import select
from werkzeug.test import Client

from har_search.board.standings import Selection, leaderboard
from har_search.data.locate import Located
from har_search.entries.record import read_record
from har_search.entries.reproduce import reproduce
from har_search.networks.splits import Splits
from har_search.search.showcase import study_note
from har_search.storage import schema
from har_search.storage.artifacts import folder_of
from har_search.storage.database import open_for_writing
from har_search.study.file import load_spec
from har_search.study.seeds import replica_seeds
from har_search.training.last_epoch import train_replicas
from har_search.web.server import make_app
from tests.conftest import Entry, Ran
from tests.helpers import SET_FIGURE, change, search

HarSearch = Callable[..., Ran]
COMPLETE, PRUNED = 0, 1  # the lesson's network, and a start that hardly learns
STUDY = """
[study]
name = "several"
[training]
epochs = 4
replicas = 5
[search]
width = { low = 8, high = 32 }
learning_rate = { low = 0.0000001, high = 0.01, log = true }
[score]
epoch = "last"
[[start]]
name = "hopeless"
width = 8
learning_rate = 0.0000001
[pruner]
name = "wilcoxon"
p_threshold = 0.26
"""


@pytest.fixture
def study_file(tmp_path: Path) -> str:
    path = tmp_path / "several.toml"
    path.write_text(STUDY)
    return str(path)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, uci_zip: Path, cache_folder: Path) -> Path:
    """A searched database, its artifacts beside it, made once: `searched` hands out copies."""
    from har_search.data.locate import locate

    folder = tmp_path_factory.mktemp("several")
    study = folder / "several.toml"
    study.write_text(STUDY)
    url = f"sqlite:///{folder / 'har-search.db'}"
    located = locate(str(uci_zip), cache_folder)
    search(url, load_spec(str(study)), located.dataset, 3, folder_of(url))
    return folder


@pytest.fixture
def searched(database: Path, tmp_path: Path) -> str:
    shutil.copytree(database, tmp_path, dirs_exist_ok=True)
    return f"sqlite:///{tmp_path / 'har-search.db'}"


def trials_of(url: str) -> list[optuna.trial.FrozenTrial]:
    with open_for_writing(url) as storage:
        return optuna.load_study(storage=storage, study_name="several").trials


def test_a_search_stops_what_is_hopeless_after_its_first_pair(
    har_search: HarSearch, study_file: str, uci_folder: Path
) -> None:
    arguments = ("--study", study_file, "--data", uci_folder, "--workers", 1, "--seed", 1)
    ran = har_search("run", *arguments, "--trials", 3)
    assert ran.code == 0
    first, second, _third = [line for line in ran.out.splitlines() if re.match(r"\d/3 ", line)]
    assert re.search(r"1/3 trial 0 complete: test \d+\.\d\d ± \d+\.\d\d % gap", first)
    assert "5 seeds of 4 epochs in" in first
    assert "2/3 trial 1 pruned: test " in second
    assert "2 seeds of 4 epochs in" in second
    assert "± sd pp (seeds)" in ran.out
    assert "each is a mean over seeds, selected on the test set by the search alone" in ran.out
    good, bad, _ = trials_of("sqlite:///har-search.db")
    assert list(good.intermediate_values) == [0, 1, 2, 3, 4]
    assert (bad.state.name, list(bad.intermediate_values)) == ("PRUNED", [0, 1, 5])
    again = har_search("run", *arguments, "--trials", 3)  # shows who leads
    assert again.code == 0


def test_means_are_those_of_the_same_seeds_trained_by_themselves(
    searched: str, located: Located
) -> None:
    splits = Splits.of(located.dataset.train, located.dataset.test)
    for number, count in ((COMPLETE, 5), (PRUNED, 2)):
        record = read_record(searched, number)
        figures = record.figures
        assert figures["replicas"] == count
        assert record.entry.epoch == 4
        seeds = replica_seeds(record.entry.seed, 5)[:count]
        alone = train_replicas(record.entry.config, splits, seeds=seeds, epochs=4)
        tests = [each.test_accuracy for each in alone]
        assert figures["test_accuracy"] == pytest.approx(statistics.fmean(tests), abs=0.005)
        assert figures["test_accuracy_sd"] == pytest.approx(statistics.stdev(tests), abs=0.005)
        assert figures["first_test_accuracy"] == pytest.approx(tests[0], abs=0.011)
        assert record.own["gap"] == record.own["train_accuracy"] - record.own["test_accuracy"]


def test_every_trial_comes_back_to_the_last_bit(searched: str, located: Located) -> None:
    for number in range(3):
        found = reproduce(read_record(searched, number), located.dataset, folder_of(searched))
        assert found.identical, found.differences
        assert {"score", "test accuracy", "test accuracy sd", "seeds"} <= set(found.same)
        assert {"first test accuracy", "learning curve", "saved weights"} <= set(found.same)


def test_a_changed_mean_is_noticed(har_search: HarSearch, searched: str, uci_zip: Path) -> None:
    given = ("reproduce", COMPLETE, "--storage", searched, "--data", uci_zip)
    same = har_search(*given)
    assert same.code == 0
    assert "and 4 that follow from it, for 4 epochs" in " ".join(same.out.split())
    change(searched, SET_FIGURE, "0.123", "test_accuracy_sd", COMPLETE)
    other = har_search(*given)
    assert other.code == 1
    assert "test accuracy sd" in other.out


def test_an_export_has_the_first_seeds_network_and_says_both(
    har_search: HarSearch, searched: str, uci_zip: Path, tmp_path: Path
) -> None:
    figures = read_record(searched, COMPLETE).figures
    folder = tmp_path / "out"
    given = ("export", COMPLETE, "--to", folder, "--storage", searched, "--data", uci_zip)
    ran = har_search(*given)
    assert (ran.code, ran.err) == (0, "")
    assert "the leaderboard has the means over 5 seeds: test " in ran.out
    about = json.loads((folder / "trial.json").read_text())
    assert about["figures"]["test_accuracy"] == figures["first_test_accuracy"]
    assert about["figures"]["train_accuracy"] == figures["first_train_accuracy"]
    assert about["leaderboard"]["test_accuracy"] == figures["test_accuracy"]
    assert about["seeds"] == {
        "count": 5,
        "test_accuracy_sd": figures["test_accuracy_sd"],
        "exported": "the first",
    }
    assert about["weights"]["from"] == "the trial's checkpoint"
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "**The leaderboard has the means over 5 seeds:**" in card
    assert "The hyperparameters, though not the epoch, were" in card
    whole = load_file(folder / "weights.safetensors")
    shutil.rmtree(folder_of(searched) or "")
    again = har_search(*given, "--force")  # trained again: the same first seed
    assert again.code == 0
    assert "warning" not in again.err
    for key, value in load_file(folder / "weights.safetensors").items():
        assert value.equal(whole[key])


def test_show_says_both_figures(har_search: HarSearch, searched: str) -> None:
    figures = read_record(searched, COMPLETE).figures
    words = " ".join(har_search("show", COMPLETE, "--storage", searched).out.split())
    assert f"test {100 * figures['test_accuracy']:.2f} %, train" in words
    assert "Means over 5 seeds at the last epoch" in words
    first = f"test {100 * figures['first_test_accuracy']:.2f} %"
    assert f"The network kept is the first seed's, not the luckiest: {first}" in words


def test_every_format_of_the_leaderboard_says_of_how_many_seeds(
    har_search: HarSearch, searched: str
) -> None:
    figures = read_record(searched, COMPLETE).figures
    given = ("leaderboard", "--storage", searched, "--study", "several")
    rows = {row["trial"]: row for row in json.loads(har_search(*given, "--format", "json").out)}
    assert (rows[COMPLETE]["replicas"], rows[PRUNED]["replicas"]) == (5, 2)
    for name in ("test_accuracy_sd", "first_test_accuracy", "first_train_accuracy"):
        assert rows[COMPLETE][name] == figures[name]
    listed = csv.DictReader(io.StringIO(har_search(*given, "--format", "csv").out))
    assert {row["replicas"] for row in listed} >= {"5", "2"}
    markdown = har_search(*given, "--format", "markdown").out
    spread = f"± {100 * figures['test_accuracy_sd']:.2f} (5)"
    assert "| ± sd pp (seeds) |" in markdown
    assert f"| {spread} |" in markdown
    table = har_search(*given).out
    assert spread in table
    assert re.search(
        "`har-search confirm --by-subject[^`]*` gives an estimate", " ".join(table.split())
    )


def test_beside_trials_of_one_seed_the_foot_tells_them_apart(
    har_search: HarSearch, searched: str, fill: Callable[..., None]
) -> None:
    fill(searched, load_spec("lesson"), [Entry(0.97)])
    words = " ".join(har_search("leaderboard", "--storage", searched).out.split())
    assert "figures of one seed were selected on the test set" in words
    assert "means over seeds by the search alone" in words
    only = har_search("leaderboard", "--storage", searched, "--study", "lesson").out
    assert "± sd pp (seeds)" not in only
    rows = json.loads(har_search("leaderboard", "--storage", searched, "--format", "json").out)
    (one,) = [row for row in rows if row["study"] == "lesson"]
    assert (one["replicas"], one["test_accuracy_sd"]) == (1, None)


def test_the_pages_say_both_figures(searched: str) -> None:
    figures = read_record(searched, COMPLETE).figures
    with make_app(searched, None, writable=False) as app:
        client = Client(app)
        board = client.get("/").text
        entry = " ".join(client.get(f"/studies/several/trials/{COMPLETE}").text.split())
        picture = client.get(f"/studies/several/trials/{COMPLETE}/learning-curve.svg")
    assert "± sd<small> pp (seeds)</small>" in board
    assert f"<td>± {100 * figures['test_accuracy_sd']:.2f} (5)</td>" in board
    assert "each is a mean over seeds, selected on the test set by the search alone" in board
    assert "Means over 5 seeds at the last epoch" in entry
    assert f"test {100 * figures['first_test_accuracy']:.2f} %" in entry
    assert picture.status_code == 200


def test_the_report_says_both_figures(har_search: HarSearch, searched: str, tmp_path: Path) -> None:
    ran = har_search("report", "--storage", searched, "--study", "several")
    assert ran.code == 0
    text = " ".join((tmp_path / "report.html").read_text(encoding="utf-8").split())
    assert "A trial's figures are means over 5 seeds (fewer where pruned)" in text.replace(
        "&#39;", "'"
    )
    assert "Means over 5 seeds at the last epoch" in text
    assert "Each figure was selected on the test set, over epochs" not in text


def test_confirm_trains_such_an_entry_with_fresh_seeds(
    har_search: HarSearch, searched: str, uci_zip: Path
) -> None:
    ran = har_search(
        "confirm", COMPLETE, "--seeds", 3, "--storage", searched, "--data", uci_zip, "--workers", 1
    )
    assert ran.code == 0
    own = set(replica_seeds(read_record(searched, COMPLETE).entry.seed, 5))
    with open_for_writing(searched) as storage:
        fresh = {row.seed for row in storage.fetch(select(schema.confirmations.c.seed))}
    assert len(fresh) == 3
    assert not fresh & own


def test_the_notes_in_the_dashboard_say_what_the_figures_are(searched: str) -> None:
    spec = read_record(searched, COMPLETE).spec
    note = study_note(spec, leaderboard(searched, Selection(study="several", simulated=True)))
    assert "A trial's figures are means over 5 seeds at the last epoch" in note
    assert "expect less" not in note
    with open_for_writing(searched) as storage:
        number = storage.get_study_id_from_name("several")
        notes = " ".join(map(str, storage.get_study_system_attrs(number).values()))
    assert "Means over 5 seeds; pictures and weights are the first's." in notes
