"""An exported folder read back: its network, also of earlier formats, and never its code."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save

from har_search.data.locate import Located
from har_search.entries.checkpoint import restore
from har_search.entries.record import read_record
from har_search.errors import ExportError
from har_search.handin.export import export
from har_search.handin.folder import FORMAT, read_network
from har_search.networks import mlp
from har_search.networks.trained import TrainedNetwork
from har_search.storage.artifacts import folder_of
from har_search.training.versions import in_words


@pytest.fixture
def exported(kept: str, located: Located, tmp_path: Path) -> Path:
    record = read_record(kept, 1)
    made = restore(record, folder_of(kept), located.dataset, lambda *_: None)
    return export(record, made, located.dataset, tmp_path / "exported").folder


def rewritten(folder: Path, about: dict[str, object]) -> TrainedNetwork:
    """Read the network after trial.json was written anew."""
    (folder / "trial.json").write_text(json.dumps(about))
    return read_network(folder)


def same(one: TrainedNetwork, other: TrainedNetwork) -> bool:
    pairs = zip(one.network.state_dict().values(), other.network.state_dict().values(), strict=True)
    return (one.inputs, one.config) == (other.inputs, other.config) and all(
        torch.equal(*pair) for pair in pairs
    )


def test_the_network_is_read_back(exported: Path, kept: str, located: Located) -> None:
    made = restore(read_record(kept, 1), folder_of(kept), located.dataset, lambda *_: None)
    read = read_network(exported)
    assert not read.network.training
    assert same(read, made.trained)


def test_a_damaged_folder_is_refused_and_its_code_is_never_run(exported: Path) -> None:
    (exported / "model.py").write_text("raise SystemExit('run')")
    assert isinstance(read_network(exported).network, torch.nn.Sequential)
    about = json.loads((exported / "trial.json").read_text())
    weights = (exported / "weights.safetensors").read_bytes()
    for changed in (
        {**about, "network": {**about["network"], "width": 7}},
        {**about, "network": {**about["network"], "features": 3}},
        {**about, "network": {**about["network"], "width": "128"}},
        {**about, "network": {"more": 1}},
        {**about, "format": 99},
        {**about, "standardize": "train"},  # but no layer that does
        {**about, "standardize": "nobody"},
        {name: each for name, each in about.items() if name != "weights"},
        {**about, "network": []},
        {**about, "hyperparameters": 3},
        {},
        [],
    ):
        (exported / "trial.json").write_text(json.dumps(changed))
        with pytest.raises(ExportError, match="damaged, or by another version"):
            read_network(exported)
    (exported / "trial.json").write_text("[" * 200_000)
    with pytest.raises(ExportError, match="damaged"):
        read_network(exported)
    (exported / "trial.json").write_text("{")
    with pytest.raises(ExportError, match="damaged"):
        read_network(exported)
    (exported / "trial.json").write_text(json.dumps(about))
    (exported / "weights.safetensors").write_bytes(weights[:-8])
    with pytest.raises(ExportError, match="damaged"):
        read_network(exported)
    (exported / "weights.safetensors").unlink()
    with pytest.raises(ExportError, match=r"weights\.safetensors: No such file"):
        read_network(exported)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("network", "width", 500_000),
        ("network", "width", 128.0),
        ("network", "width", True),
        ("network", "depth", 1_000_000),
        ("network", "depth", 0),
        ("network", "dropout", 1),
        ("network", "dropout", float("nan")),
        ("network", "batch_norm", 1),
        ("network", "activities", 500_000_000),
        ("hyperparameters", "learning_rate", 1e9),
        ("hyperparameters", "batch_size", "64"),
    ],
)
def test_a_value_out_of_a_studys_bounds_is_refused_before_a_network_is_built(
    exported: Path, monkeypatch: pytest.MonkeyPatch, part: str, name: str, value: object
) -> None:
    monkeypatch.setattr(mlp, "build", None)
    about = json.loads((exported / "trial.json").read_text())
    about[part][name] = value
    with pytest.raises(ExportError, match=f"damaged, or by another version .*{value}"):
        rewritten(exported, about)


def with_weights(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    """Change an export's weights, and say so in its trial.json."""
    weights = load_file(folder / "weights.safetensors")
    change(weights)
    content = save(weights)
    (folder / "weights.safetensors").write_bytes(content)
    about: dict[str, Any] = json.loads((folder / "trial.json").read_text())
    about["weights"]["sha256"] = hashlib.sha256(content).hexdigest()
    (folder / "trial.json").write_text(json.dumps(about))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(exported: Path, value: float) -> None:
    with_weights(exported, lambda weights: weights["0.bias"].__setitem__(3, value))
    with pytest.raises(ExportError, match=r"0\.bias in weights\.safetensors is not finite"):
        read_network(exported)


def test_other_weights_than_trial_json_was_written_for_are_refused(exported: Path) -> None:
    path = exported / "weights.safetensors"
    path.write_bytes(save({key: -each for key, each in load_file(path).items()}))
    with pytest.raises(ExportError, match=r"is not the file that trial\.json was written for"):
        read_network(exported)


def test_files_that_are_too_large_or_no_files_are_not_read(exported: Path) -> None:
    with_weights(exported, lambda weights: weights.update(more=torch.zeros(100_000)))
    with pytest.raises(ExportError, match=r"weights\.safetensors has more than"):
        read_network(exported)
    (exported / "weights.safetensors").unlink()
    os.mkfifo(exported / "weights.safetensors")  # whoever reads it waits for a writer
    with pytest.raises(ExportError, match=r"weights\.safetensors is no file"):
        read_network(exported)


def test_a_folder_of_the_first_format_is_read(exported: Path) -> None:
    now = read_network(exported)
    about = json.loads((exported / "trial.json").read_text())
    del about["standardize"], about["network"]["standardizes"]
    assert same(rewritten(exported, {**about, "format": 1}), now)


def test_a_folder_of_the_second_format_is_read(exported: Path) -> None:
    now = read_network(exported)
    about = json.loads((exported / "trial.json").read_text())
    assert about["format"] == FORMAT
    for each in ("trained_with", "exported_with"):
        about[each]["versions"] = in_words(about[each]["versions"])  # prose, as it was then
    assert same(rewritten(exported, {**about, "format": 2}), now)
