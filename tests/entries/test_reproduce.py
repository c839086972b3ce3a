"""Trials trained again: identical to the last bit, and where they are not, what differs and why."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from har_search.data.locate import Located
from har_search.entries.record import Record, read_record
from har_search.entries.reproduce import first_epoch_apart, reproduce
from har_search.errors import StudyMismatchError
from har_search.storage.artifacts import folder_of
from har_search.study.spec import Component, StudySpec
from har_search.training.versions import versions
from tests.conftest import Ran
from tests.helpers import SET_FIGURE, change, search


def weights_of(url: str, record: Record) -> Path:
    folder = folder_of(url)
    assert folder is not None
    return folder / record.files["weights.safetensors"]


def test_every_trial_comes_back_at_every_database(
    url: str, quick: StudySpec, located: Located, tmp_path: Path
) -> None:
    folder = tmp_path / "artifacts"
    search(url, replace(quick, epochs=4), located.dataset, 3, folder)
    for number in range(3):
        found = reproduce(read_record(url, number), located.dataset, folder)
        assert found.identical, found.differences
        assert not found.causes
        assert not found.missing
        named = {"test accuracy", "train accuracy", "gap", "score", "epoch", "epochs", "parameters"}
        named |= {"running train accuracy", "track a", "track b"}
        assert set(found.same) == named | {"learning curve", "confusion matrix", "saved weights"}


def test_a_pruned_trial_is_trained_for_the_epochs_that_it_ran(
    sqlite_url: str, quick: StudySpec, located: Located
) -> None:
    """With the schedule of all of the spec's epochs: another would show."""
    pruner = Component("percentile", {"percentile": 1.0, "startup_trials": 1})
    recipe = {**quick.recipe, "schedule": "one-cycle", "mixup": 0.2}
    spec = replace(quick, epochs=6, pruner=pruner, recipe=recipe)
    search(sqlite_url, spec, located.dataset, 6, None)
    records = [read_record(sqlite_url, number) for number in range(6)]
    pruned = [each for each in records if each.pruned]
    assert pruned
    for record in pruned:
        assert record.figures["epochs"] < 6
        found = reproduce(record, located.dataset, None)
        assert found.identical
        assert "learning curve" in found.same


def test_a_trial_that_diverged_diverges_again(
    sqlite_url: str, quick: StudySpec, located: Located
) -> None:
    search_space = {name: each for name, each in quick.search.items() if name != "learning_rate"}
    recipe = {**quick.recipe, "learning_rate": 10.0}
    spec = replace(quick, epochs=30, search=search_space, recipe=recipe, starts=())
    spec = replace(spec, optimizer="adam")
    search(sqlite_url, spec, located.dataset, 2, None)
    for number in range(2):
        assert reproduce(read_record(sqlite_url, number), located.dataset, None).identical


def test_changed_figures_are_named_and_exit_with_1(
    har_search: Callable[..., Ran], kept: str, uci_zip: Path
) -> None:
    change(kept, SET_FIGURE, "0.99", "test_accuracy", 1)
    change(kept, SET_FIGURE, "1", "track_b", 1)
    ran = har_search("reproduce", 1, "--storage", kept, "--data", uci_zip)
    assert ran.code == 1
    assert "trial 1 of study quick: differs" in ran.out
    lines = [line.split() for line in ran.out.splitlines()]
    assert next(line for line in lines if line[:2] == ["test", "accuracy"])[2] == "0.99"
    assert ["track", "b", "1", "0"] in lines
    assert "Identical: train accuracy, gap" in ran.out
    causes = " ".join(ran.out.split())
    assert "Versions, device and data are as recorded. So the processor is another" in causes
    assert "or the record was changed" in causes


def test_other_versions_and_another_device_are_named_as_causes(kept: str, located: Located) -> None:
    then = {**versions(), "torch": "2.6.0", "platform": "Darwin arm64 DEFAULT"}
    del then["numpy"]
    change(kept, SET_FIGURE, json.dumps(then), "versions", 1)
    change(kept, SET_FIGURE, '"cuda"', "device", 1)
    found = reproduce(read_record(kept, 1), located.dataset, None)
    causes = {each.name: each.recorded for each in found.causes}
    expected = {"torch": "2.6.0", "numpy": "not recorded", "platform": "Darwin arm64 DEFAULT"}
    if torch.cuda.is_available():
        assert causes == expected
    else:
        assert causes == expected | {"device": "cuda"}
        assert found.device == "cpu"


def test_changed_weights_curves_and_matrices_are_told(
    har_search: Callable[..., Ran], kept: str, located: Located, uci_zip: Path
) -> None:
    record = read_record(kept, 0)
    path = weights_of(kept, record)
    weights = load_file(path)
    weights["0.bias"] = weights["0.bias"].nextafter(torch.tensor(9.0))  # by one bit
    save_file(weights, path)
    assert record.details is not None
    curve = {**record.details.curve.__dict__}
    curve["loss"] = [*curve["loss"][:2], 0.5, *curve["loss"][3:]]
    confusion = [list(row) for row in record.details.confusion]
    confusion[0][0] -= 2
    confusion[0][1] += 2
    change(
        kept,
        "UPDATE har_search_details SET curve = ?, confusion = ? WHERE trial_id = 1",
        json.dumps(curve),
        json.dumps(confusion),
    )
    found = reproduce(read_record(kept, 0), located.dataset, folder_of(kept))
    names = [each.name for each in found.differences]
    assert names == ["learning curve", "confusion matrix", "weights 0.bias"]
    assert "saved weights" not in found.same
    ran = har_search("reproduce", 0, "--storage", kept, "--data", uci_zip)
    assert ran.code == 1
    assert "another from epoch 3 on" in ran.out
    assert "2 of 100 windows moved" in ran.out
    assert "as saved" in ran.out


def test_where_two_curves_part() -> None:
    one = {
        "loss": [1.0, 0.5],
        "running_train_accuracy": [0.5, 0.6],
        "test_accuracy": [0.5, 0.6],
        "train_accuracy": [0.5, None],
    }
    assert first_epoch_apart(one, {**one, "train_accuracy": [0.4, None]}) == 1
    assert first_epoch_apart(one, {**one, "loss": [1.0, 0.4]}) == 2
    assert first_epoch_apart(one, {name: [*each, 0.1] for name, each in one.items()}) == 3


def test_what_was_not_kept_is_said(
    har_search: Callable[..., Ran], kept: str, uci_zip: Path
) -> None:
    options = ("--storage", kept, "--data", uci_zip)
    weights = weights_of(kept, read_record(kept, 0))
    weights.write_bytes(b"no weights")
    ran = har_search("reproduce", 0, *options)
    assert ran.code == 0
    assert "Not compared: its saved weights are damaged" in ran.out
    weights.unlink()
    assert "its saved weights are gone" in har_search("reproduce", 0, *options).out
    change(kept, "DELETE FROM har_search_details WHERE trial_id = ?", 1)
    ran = har_search("reproduce", 0, *options)
    assert ran.code == 0
    assert "no learning curve was recorded; no confusion matrix was recorded" in ran.out
    assert "trial 0 of study quick: identical" in ran.out
    assert ran.err == "training trial 0 of study quick again, 4 epochs …\n"


def test_it_writes_nothing(
    har_search: Callable[..., Ran], kept: str, tmp_path: Path, uci_zip: Path
) -> None:
    def content() -> dict[Path, bytes]:
        return {each: each.read_bytes() for each in sorted(tmp_path.rglob("*")) if each.is_file()}

    before = content()
    assert har_search("reproduce", 2, "--storage", kept, "--data", uci_zip).code == 0
    assert content() == before


def test_other_data_are_refused(
    har_search: Callable[..., Ran], kept: str, located: Located
) -> None:
    record = read_record(kept, 1)
    other = replace(located.dataset, fingerprint="0" * 16)
    with pytest.raises(StudyMismatchError, match="was made with other data"):
        reproduce(record, other, None)
    ran = har_search("reproduce", 1, "--storage", kept, "--data", "simulated")
    assert ran.code == 1
    (line,) = ran.err.splitlines()
    assert line.startswith("error: the study 'quick' was made with other data: uci-har ")
    assert "--data" in line


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["99"], 1, "no finished trial 99"),
        (["1", "--study", "gone"], 1, "no study 'gone'; there is quick"),
        (["1", "--storage", "sqlite:///gone.db"], 1, "no database at gone.db"),
        (["x"], 2, "valid integer"),
        ([], 2, "Missing argument"),
    ],
)
def test_bad_input_is_one_line(
    har_search: Callable[..., Ran], kept: str, arguments: list[str], code: int, message: str
) -> None:
    ran = har_search("reproduce", *["--storage", kept][: 2 * bool(arguments)], *arguments)
    assert (ran.code, ran.out) == (code, "")
    (line,) = ran.err.splitlines()
    assert line.startswith("error: ")
    assert message in line


def test_a_trial_on_simulated_data_takes_them_unasked(
    har_search: Callable[..., Ran], quick_file: str, tmp_path: Path
) -> None:
    options = ("--study", quick_file, "--workers", 1, "--student", "[b]ann[/b]")
    assert har_search("run", "--trials", 1, "--data", "simulated", *options).code == 0
    ran = har_search("reproduce", 0)
    assert ran.code == 0, ran.err
    assert "trial 0 of study quick-simulated: identical" in ran.out
    assert har_search("export", 0, "--to", "out").code == 0
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "Trained and tested on simulated data" in card
    assert "\\[b\\]ann\\[/b\\]" in card


@pytest.mark.slow
@pytest.mark.real
def test_trials_of_the_default_study_come_back(
    har_search: Callable[..., Ran], real_data: str
) -> None:
    assert har_search("run", "--trials", 2, "--data", real_data, "--workers", 1).code == 0
    for number in range(2):
        ran = har_search("reproduce", number, "--data", real_data)
        assert ran.code == 0, ran.out
        assert "saved weights" in ran.out
