"""train.py trains an entry with PyTorch and NumPy alone, and comes to the figures recorded.

One seed comes back to the last window: the same numbers are drawn, and sums are taken in the same
order. Of several seeds, pairs were trained side by side, which rounds in another way; so the first
seed's run may answer some windows otherwise.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from har_search.data.locate import Located, locate
from har_search.entries.entry import Entry, entries
from har_search.handin.script import training_script
from har_search.study.file import load_spec
from har_search.study.spec import HYPERPARAMETERS
from tests.conftest import Ran
from tests.helpers import search

PLAIN = """
[study]
name = "plain"
[training]
epochs = 4
[recipe]
batch_norm = false
dropout = 0.0
depth = 1
[search]
width = { low = 8, high = 37 }
learning_rate = { low = 0.001, high = 0.01 }
"""
EVERYTHING = """
[study]
name = "everything"
[data]
standardize = "person-ranks"
[training]
epochs = 5
optimizer = "adamw"
schedule = "one-cycle"
[recipe]
batch_norm = true
weight_decay = 0.1
label_smoothing = 0.1
input_noise = 0.05
mixup = 0.4
weight_averaging = 0.9
[search]
width = { low = 16, high = 37 }
dropout = { low = 0.1, high = 0.5 }
learning_rate = { low = 0.001, high = 0.01 }
[score]
epoch = "last"
"""
NORMED = """
[study]
name = "normed"
[data]
standardize = "train"
[training]
epochs = 4
schedule = "cosine"
[recipe]
dropout = 0.0
batch_norm = true
[search]
width = { low = 16, high = 37 }
batch_size = [32, 50]
"""
DROPPED = """
[study]
name = "dropped"
[data]
standardize = "person"
[training]
epochs = 4
[recipe]
batch_norm = false
weight_averaging = 0.5
[search]
width = { low = 16, high = 37 }
dropout = { low = 0.1, high = 0.5 }
"""
SEEDS = (
    EVERYTHING.replace("everything", "seeds").replace('schedule = "one-cycle"', "replicas = 2")
    + '[pruner]\nname = "none"\n'
)
RUN = """
import contextlib, io, json, runpy, sys
sys.modules["har_search"] = None
for path in sys.argv.pop().split("|"):
    with contextlib.redirect_stdout(io.StringIO()):
        made = runpy.run_path(path)
    print(json.dumps([made["test_accuracy"], made["train_accuracy"]]))
"""


def trained(text: str, url: str, located: Located, tmp_path: Path) -> list[Entry]:
    """Search two trials of a study file's text, and return them."""
    file = tmp_path / "study.toml"
    file.write_text(text)
    spec = load_spec(str(file))
    search(url, spec, located.dataset, 2, None)
    return entries(url, spec.name, [0, 1], None)


def run_scripts(chosen: Sequence[Entry], data: str, folder: Path) -> list[tuple[float, float]]:
    """Run entries' scripts without har-search; return each one's test and train accuracy."""
    paths = []
    for number, entry in enumerate(chosen):
        paths.append(folder / f"{number}.py")
        paths[-1].write_text(training_script(entry))
    command = [sys.executable, "-W", "error", "-c", RUN, data, "|".join(map(str, paths))]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    return [tuple(json.loads(line)) for line in ran.stdout.splitlines()]


def recorded(entry: Entry) -> tuple[float, float]:
    return entry.standing.test_accuracy, entry.standing.train_accuracy


def test_it_comes_to_the_recorded_figures(
    sqlite_url: str, located: Located, nested_zip: Path, tmp_path: Path
) -> None:
    """With everything that training knows, and with as little as may be."""
    texts = (PLAIN, EVERYTHING, NORMED, DROPPED)
    chosen = [each for text in texts for each in trained(text, sqlite_url, located, tmp_path)]
    found = run_scripts(chosen, str(nested_zip), tmp_path)
    assert found == [recorded(each) for each in chosen]


def test_of_several_seeds_it_is_the_first_ones_run(
    sqlite_url: str, located: Located, uci_folder: Path, tmp_path: Path
) -> None:
    chosen = trained(SEEDS, sqlite_url, located, tmp_path)
    found = run_scripts(chosen, str(uci_folder.parent), tmp_path)
    for entry, (test, train) in zip(chosen, found, strict=True):
        # After five epochs rounding has moved no more than a window or two of 100 and of 200.
        assert test == pytest.approx(entry.standing.first_test_accuracy, abs=0.021)
        assert train == pytest.approx(entry.standing.first_train_accuracy, abs=0.011)
        assert "the run of the first" in training_script(entry)


def test_it_says_only_what_the_entry_uses(
    sqlite_url: str, located: Located, tmp_path: Path
) -> None:
    plain = training_script(trained(PLAIN, sqlite_url, located, tmp_path)[1])
    whole = training_script(trained(EVERYTHING, sqlite_url, located, tmp_path)[1])
    words = "BatchNorm1d Dropout beta( normal_ scheduler averaged smoothing AdamW calibrate math"
    for word in words.split():
        assert word not in plain
        assert word in whole
    assert "weight_decay=0," in plain


@pytest.mark.parametrize("text", [PLAIN, EVERYTHING, NORMED, DROPPED, SEEDS])
def test_it_reads_as_written_by_hand(
    text: str, sqlite_url: str, located: Located, tmp_path: Path
) -> None:
    source = training_script(trained(text, sqlite_url, located, tmp_path)[0])
    compile(source, "train.py", "exec")
    assert "\n\n\n\n" not in source
    assert max(len(line) for line in source.splitlines()) <= 100
    assert "har_search" not in source


def test_a_name_from_outside_stays_a_comment(
    sqlite_url: str, located: Located, tmp_path: Path
) -> None:
    entry = trained(PLAIN, sqlite_url, located, tmp_path)[0]
    hostile = replace(entry, study='a"""\nimport os\r# \u2028 {{ 1 }}')
    first, second, *_ = training_script(hostile).splitlines()
    assert first.startswith('# Trial 0 of study a"""\\nimport os\\r#')
    assert second == "#"


def test_a_lonely_last_window_is_left_out(
    sqlite_url: str, located: Located, tmp_path: Path
) -> None:
    """As BatchNorm needs it: 7,352 windows leave one alone in batches of 7,351."""
    entry = trained(PLAIN, sqlite_url, located, tmp_path)[0]
    lonely = training_script(replace(entry, config=replace(entry.config, batch_size=7351)))
    assert "[:-1]" in lonely
    assert "[:-1]" not in training_script(entry)
    assert HYPERPARAMETERS["batch_size"].allows(7351)


def test_the_command_prints_it_alone(
    har_search: Callable[..., Ran], kept: str, uci_zip: Path, tmp_path: Path
) -> None:
    (entry,) = entries(kept, None, [1], None)
    ran = har_search("show", 1, "--script", "--storage", kept)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == training_script(entry)
    to = tmp_path / "out"
    assert har_search("export", 1, "--to", to, "--storage", kept, "--data", uci_zip).code == 0
    assert (to / "train.py").read_text() == ran.out


@pytest.mark.real
@pytest.mark.slow
def test_on_the_real_data_it_comes_to_the_recorded_figures(
    real_data: str, sqlite_url: str, cache_folder: Path, tmp_path: Path
) -> None:
    """The lesson's own network, whose accuracy jumps between 84 and 97 %, and two that follow."""
    spec = replace(load_spec("homework"), epochs=12)
    search(sqlite_url, spec, locate(real_data, cache_folder).dataset, 3, None)
    chosen = entries(sqlite_url, spec.name, [0, 1, 2], None)
    assert run_scripts(chosen, real_data, tmp_path) == [recorded(each) for each in chosen]
