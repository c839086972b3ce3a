"""An exported folder read back: its network, also of earlier formats, and never its code."""

import json
from pathlib import Path

import pytest
import torch

from har_search.data.locate import Located
from har_search.entries.checkpoint import restore
from har_search.entries.record import read_record
from har_search.errors import ExportError
from har_search.handin.export import export
from har_search.handin.folder import FORMAT, read_network
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
        {},
        [],
    ):
        (exported / "trial.json").write_text(json.dumps(changed))
        with pytest.raises(ExportError, match="damaged, or by another version"):
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
