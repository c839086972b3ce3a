"""An export's model.py is the network, and prepares windows as `har-search` does."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from har_search.challenge.inputs import AS_THEY_ARE, INPUTS, PERSON, PERSON_RANKS
from har_search.data.standardize import by_person
from har_search.handin.model_file import model_source
from har_search.networks import mlp
from har_search.networks.mlp import MLPConfig
from tests.helpers import CONFIGS, network_in


@pytest.mark.parametrize("config", CONFIGS)
def test_model_py_is_the_network(config: MLPConfig, tmp_path: Path) -> None:
    trained = mlp.build(config)
    save_file(trained.state_dict(), tmp_path / "weights.safetensors", metadata={"a": "b"})
    (tmp_path / "model.py").write_text(model_source(config, AS_THEY_ARE))
    network, _ = network_in(tmp_path)
    assert str(network) == str(trained)
    windows = torch.rand(3, 561)
    assert torch.equal(network(windows), trained.eval()(windows))


@pytest.mark.parametrize("inputs", [PERSON, PERSON_RANKS])
def test_an_exported_file_standardises_to_the_same_numbers(inputs: str) -> None:
    source = model_source(MLPConfig(8, 1, 0.0, True), inputs)
    function = source[source.index("def standardize") : source.index("def load_weights")]
    names: dict[str, Any] = {"torch": torch}
    exec(function, names)
    draw = np.random.default_rng(1)
    windows = draw.normal(0, 0.3, (2000, 6)).astype(np.float32)
    windows[:, 1] = 0.25
    windows[:, 2] = windows[:, 2].round(1)  # many are equal
    windows[:, 3] = np.float32(0.5) + 1e-7 * draw.integers(0, 2, 2000)
    windows[0, 4] = 50  # far out
    theirs = names["standardize"](torch.from_numpy(windows)).numpy()
    ours = by_person(windows, np.ones(len(windows), np.int64), inputs)
    np.testing.assert_allclose(theirs, ours, atol=1e-6, rtol=1e-6)
    assert theirs.dtype == np.float32


@pytest.mark.parametrize("inputs", INPUTS)
def test_its_docstring_shows_how_it_is_used(inputs: str) -> None:
    source = model_source(MLPConfig(8, 1, 0.0, True), inputs)
    calibrated = inputs in (PERSON, PERSON_RANKS)
    assert ("import ACTIVITIES, model, standardize\n" in source) == calibrated
    assert ("import ACTIVITIES, model\n" in source) != calibrated
    assert ("# inputs: ONE person's windows" in source) == calibrated
    assert "\n\n\n\n" not in source
    compile(source, "model.py", "exec")
