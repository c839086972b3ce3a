"""A trial as a folder: each file of it, the network in it, and what keeps it from being made.

Covers `handin/exchange.py`, too.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import load_file, save_file

from har_search.data.locate import Located, locate
from har_search.entries.checkpoint import Restored, restore
from har_search.entries.record import Record, read_record
from har_search.errors import ExportError, StudyMismatchError
from har_search.handin import export as export_module
from har_search.handin.exchange import exchange
from har_search.handin.export import check_folder, export
from har_search.handin.folder import FILES, FORMAT, read_network
from har_search.networks import mlp
from har_search.storage.artifacts import folder_of
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from har_search.training.versions import versions
from tests.conftest import Ran
from tests.helpers import SET_FIGURE, accuracy_with_torch_alone, change, network_in, search

HarSearch = Callable[..., Ran]
Export = Callable[..., Ran]


@pytest.fixture
def run_export(har_search: HarSearch, kept: str, uci_zip: Path) -> Export:
    """Export trial 1 on the command line."""

    def run(folder: Path, *options: object) -> Ran:
        given = ("--to", folder, "--storage", kept, "--data", uci_zip, *options)
        return har_search("export", 1, *given)

    return run


def silent(record: Record, epochs: int, reason: str) -> None: ...


def test_the_folder_holds_everything_and_it_agrees(
    run_export: Export, kept: str, located: Located, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "trial-1"
    ran = run_export(folder)
    assert (ran.code, ran.err) == (0, "")
    assert sorted(each.name for each in folder.iterdir()) == sorted(FILES)
    assert sorted(each.name for each in folder.parent.iterdir()) == ["trial-1"]
    record = read_record(kept, 1)
    about = json.loads((folder / "trial.json").read_text())
    for name in ("test_accuracy", "train_accuracy", "gap", "score", "parameters"):
        assert about["figures"][name] == record.figures[name]
    assert record.details is not None
    assert about["confusion"] == record.details.confusion
    assert about["hyperparameters"] == record.entry.standing.params
    assert (about["seed"], about["student"]) == (record.entry.seed, record.figures["student"])
    assert about["data"]["fingerprint"] == located.dataset.fingerprint
    assert about["weights"]["from"] == "the trial's checkpoint"
    assert about["format"] == FORMAT
    assert about["trained_with"] == {"versions": versions(), "device": "cpu"}
    assert about["exported_with"] == {"versions": versions()}

    network, weights = network_in(folder)
    assert not network.training
    plain = load_file(folder / "weights.safetensors")
    assert weights.keys() == plain.keys() == network.state_dict().keys()
    assert all(torch.equal(weights[key], plain[key]) for key in plain)
    windows = located.dataset.test.features
    with torch.inference_mode():
        logits = network(torch.from_numpy(windows)).numpy()
    right = (logits.argmax(axis=1) == located.dataset.test.labels).mean()
    assert right == record.figures["test_accuracy"]

    session = onnxruntime.InferenceSession(folder / "model.onnx")
    (by_onnx,) = session.run(["logits"], {"windows": windows})
    assert np.abs(by_onnx - logits).max() <= 1e-5
    assert np.array_equal(by_onnx.argmax(axis=1), logits.argmax(axis=1))
    one = session.run(None, {"windows": windows[:1]})[0]
    assert one.shape == (1, 6)
    assert (folder / "confusion-matrix.png").read_bytes().startswith(b"\x89PNG")


def test_without_the_onnx_packages_all_else_is_written(
    run_export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    assert run_export(folder).code == 0
    for missing in ("onnx", "onnxruntime"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, missing, None)
            ran = run_export(folder, "--force")
        assert ran.code == 0
        assert "warning: model.onnx was left out: the package" in ran.err
        assert 'pip install -c constraints.txt -e ".[onnx]"` brings it' in ran.err
        written = {each.name for each in folder.iterdir()}
        assert written == set(FILES) - {"model.onnx"}  # and no stale one stays
        assert "ONNX" not in (folder / "README.md").read_text()


def test_an_onnx_model_that_is_off_is_left_out(
    run_export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_module, "distance", lambda *_: float("nan"))
    ran = run_export(tmp_path / "out")
    assert "model.onnx was left out: ONNX Runtime's logits are up to nan away" in ran.err
    assert not (tmp_path / "out" / "model.onnx").exists()


def test_lost_and_changed_weights_are_trained_again(
    run_export: Export, kept: str, tmp_path: Path
) -> None:
    record, artifacts = read_record(kept, 1), folder_of(kept)
    assert artifacts is not None
    path = artifacts / record.files["weights.safetensors"]
    first = tmp_path / "first"
    run_export(first)
    whole = (first / "weights.safetensors").read_bytes()
    weights = load_file(path)
    last = [key for key in weights if key.endswith("weight")][-1]
    save_file({**weights, last: -weights[last]}, path)
    for reason in ("its saved weights have a test accuracy of", "its saved weights are gone"):
        ran = run_export(tmp_path / "again", "--force")
        assert ran.code == 0
        assert f"training trial 1 of study quick again, {record.entry.epoch} epochs" in ran.err
        assert reason in " ".join(ran.err.split())
        assert (tmp_path / "again" / "weights.safetensors").read_bytes() == whole
        about = json.loads((tmp_path / "again" / "trial.json").read_text())
        assert about["weights"]["from"] == "trained again"
        assert reason in about["weights"]["because"]
        assert str(tmp_path) not in json.dumps(about)
        assert "(trained again with the trial's seed, because its" in (
            tmp_path / "again" / "README.md"
        ).read_text(encoding="utf-8")
        path.unlink(missing_ok=True)


def test_a_network_that_does_not_come_back_is_told_apart_from_the_leaderboards(
    har_search: HarSearch, kept: str, tmp_path: Path, uci_zip: Path
) -> None:

    change(kept, SET_FIGURE, "0.999", "test_accuracy", 1)
    folder = tmp_path / "out"
    ran = har_search("export", 1, "--to", folder, "--storage", kept, "--data", uci_zip)
    assert ran.code == 0
    assert "warning: this is not the leaderboard's network, which has 99.90 %" in ran.err
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "These are not the recorded figures" in card
    assert "Test accuracy **99.90 %**" not in card


def test_what_lies_there_is_safe(run_export: Export, tmp_path: Path) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "thesis.txt").write_text("three years")
    for options in ((), ("--force",)):
        ran = run_export(folder, *options)
        assert (ran.code, ran.out) == (1, "")
        assert "holds thesis.txt, which is of no export; name another folder" in ran.err
        assert [each.name for each in folder.iterdir()] == ["thesis.txt"]
    ran = run_export(folder / "thesis.txt")
    assert ran.code == 1
    assert "name another folder with --to" in ran.err
    assert sorted(each.name for each in tmp_path.glob(".half*")) == []


def test_an_earlier_export_is_replaced_by_force_alone(
    run_export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()  # an empty folder is as good as none
    monkeypatch.chdir(folder)
    assert run_export(Path()).code == 0
    (folder / "__pycache__").mkdir()
    (folder / "model.py").write_text("mine")
    ran = run_export(folder)
    assert ran.code == 1
    assert "holds an export already; --force replaces it" in ran.err
    assert (folder / "model.py").read_text() == "mine"
    assert run_export(folder, "--force").code == 0
    assert "nn.Sequential" in (folder / "model.py").read_text()


def negated(made: Restored) -> Restored:
    """Another network of the same form."""
    network = mlp.build(made.trained.config)
    network.load_state_dict({key: -each for key, each in made.trained.network.state_dict().items()})
    return Restored(replace(made.trained, network=network.eval()))


def test_an_earlier_export_is_exchanged_in_one_step(
    kept: str, located: Located, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    if not exchange(tmp_path / "one", tmp_path / "other"):
        pytest.skip("this system exchanges no folders")
    assert (tmp_path / "one" / "other").exists()
    monkeypatch.setattr(os, "replace", None)  # which would move one file at a time
    record = read_record(kept, 1)
    made = restore(record, folder_of(kept), located.dataset, silent)
    folder = tmp_path / "out"
    export(record, made, located.dataset, folder)
    folder.chmod(0o2750)
    linked = tmp_path / "link"
    linked.symlink_to(folder)
    done = export(record, negated(made), located.dataset, linked, force=True)
    assert linked.is_symlink()
    assert folder.stat().st_mode & 0o7777 == 0o2750
    assert json.loads((folder / "trial.json").read_text()) == json.loads(json.dumps(done.about))
    assert not list(tmp_path.glob(".half*"))


def test_an_export_that_ends_midway_never_passes_for_another_trial(
    kept: str, located: Located, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no exchange is possible, files are replaced one by one; the process may be killed."""
    record = read_record(kept, 1)
    made = restore(record, folder_of(kept), located.dataset, silent)
    folder = tmp_path / "out"
    export(record, made, located.dataset, folder)
    first = (folder / "weights.safetensors").read_bytes()
    monkeypatch.chdir(folder)  # a shell stands in it, so that the folder itself must stay
    place = folder.stat().st_ino
    moved, replace_file = 0, os.replace

    def killed(source: Path, target: Path) -> None:
        nonlocal moved
        if moved == last:
            raise KeyboardInterrupt
        moved += 1
        replace_file(source, target)

    for last in range(len(FILES)):
        moved = 0
        monkeypatch.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            export(record, negated(made), located.dataset, folder, force=True)
        monkeypatch.setattr(os, "replace", replace_file)
        if last == 0:
            assert read_network(folder)
            assert (folder / "weights.safetensors").read_bytes() == first
        else:
            with pytest.raises(ExportError, match=r"is not the file that trial\.json"):
                read_network(folder)
        export(record, made, located.dataset, folder, force=True)  # and is mended by another
        assert folder.stat().st_ino == place


def test_a_readme_of_ones_own_is_no_export(run_export: Export, tmp_path: Path) -> None:
    folder = tmp_path / "homework"
    folder.mkdir()
    for name, content in {"README.md": "mine", "model.py": "mine", "trial.json": "{}"}.items():
        (folder / name).write_text(content)
        ran = run_export(folder, "--force")
        assert (ran.code, ran.out) == (1, "")
        assert "holds README.md, but no trial.json of an export; name another" in ran.err
        assert (folder / name).read_text() == content
    (tmp_path / "out" / "model.py").mkdir(parents=True)
    assert "holds model.py, which is of no export" in run_export(tmp_path / "out").err


def test_a_failure_leaves_nothing_behind(
    run_export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, _content: bytes) -> int:
        if self.name == "trial.json":
            raise OSError(28, "No space left on device")
        return 0

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        ran = run_export(tmp_path / "out")
    assert ran.code == 1
    assert "No space left on device" in ran.err
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".half*"))


def test_other_data_are_refused(kept: str, located: Located) -> None:
    other = replace(located.dataset, fingerprint="0" * 16)
    with pytest.raises(StudyMismatchError, match="other data"):
        restore(read_record(kept, 1), None, other, silent)


def test_at_every_database(url: str, quick: StudySpec, located: Located, tmp_path: Path) -> None:
    search(url, quick, located.dataset, 1, None)
    record = read_record(url, 0)
    made = restore(record, None, located.dataset, silent)
    done = export(record, made, located.dataset, tmp_path / "out")
    assert done.about["figures"]["test_accuracy"] == record.figures["test_accuracy"]
    assert "no weights of it were saved" in done.about["weights"]["because"]


def test_what_fresh_seeds_made_of_it_is_exported(
    har_search: HarSearch, run_export: Export, kept: str, tmp_path: Path
) -> None:
    from har_search.challenge.confirmed import Confirmation
    from har_search.storage import confirmations

    record = read_record(kept, 1)
    found = [Confirmation(n, n, 0.9, 0.95) for n in range(3)]
    with open_for_writing(kept) as storage:
        confirmations.save(storage, "quick", 1, record.entry.seed, 3, found)
    run_export(tmp_path / "out")
    assert json.loads((tmp_path / "out" / "trial.json").read_text())["confirmed"]["seeds"] == 3
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "**Confirmed with 3 fresh seeds**" in card


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["99", "--to", "out"], 1, "no finished trial 99"),
        (["1", "--to", "out", "--study", "gone"], 1, "no study 'gone'"),
        (["1"], 2, "Missing option '--to'"),
        (["--to", "out"], 2, "Missing argument"),
        (["1", "--to", "out", "--data", "simulated"], 1, "was made with other data"),
    ],
)
def test_bad_input_is_one_line_and_makes_nothing(
    har_search: HarSearch, kept: str, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    ran = har_search("export", *arguments, "--storage", kept)
    assert (ran.code, ran.out) == (code, "")
    (line,) = ran.err.splitlines()
    assert line.startswith("error: ")
    assert message in line
    assert not (tmp_path / "out").exists()


def test_the_folder_is_checked_before_anything_is_trained(tmp_path: Path) -> None:
    check_folder(tmp_path / "new" / "one", force=False)
    (tmp_path / "mine").touch()
    with pytest.raises(ExportError):
        check_folder(tmp_path, force=True)


@pytest.mark.slow
def test_torch_alone_gives_the_leaderboards_accuracy(
    run_export: Export, kept: str, uci_folder: Path, tmp_path: Path
) -> None:
    run_export(tmp_path / "out")
    shutil.move(tmp_path / "out", tmp_path / "elsewhere")
    found = accuracy_with_torch_alone(tmp_path / "elsewhere", uci_folder / "test")
    assert found == read_record(kept, 1).figures["test_accuracy"]


@pytest.mark.slow
@pytest.mark.real
def test_on_the_real_data(
    har_search: HarSearch, real_data: str, cache_folder: Path, tmp_path: Path
) -> None:
    """Torch alone, ONNX Runtime and `predict` agree on all 2,947 test windows."""
    assert har_search("run", "--trials", 1, "--data", real_data, "--workers", 1).code == 0
    folder = tmp_path / "out"
    assert har_search("export", 0, "--to", folder, "--data", real_data).code == 0
    test = locate(real_data, cache_folder).dataset.test
    np.savetxt(tmp_path / "X_test.txt", test.features, fmt="%.9e")
    np.savetxt(tmp_path / "y_test.txt", test.labels + 1, fmt="%d")
    np.savetxt(tmp_path / "subject_test.txt", test.subjects, fmt="%d")
    recorded = read_record("sqlite:///har-search.db", 0).figures["test_accuracy"]
    assert accuracy_with_torch_alone(folder, tmp_path) == recorded
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    (logits,) = session.run(["logits"], {"windows": test.features})
    assert (logits.argmax(axis=1) == test.labels).mean() == recorded
    ran = har_search("predict", folder, tmp_path / "X_test.txt", "--format", "csv")
    activities = [line.split(",")[1] for line in ran.out.splitlines()[1:]]
    names = json.loads((folder / "trial.json").read_text())["activities"]
    assert activities == [names[each] for each in logits.argmax(axis=1)]
