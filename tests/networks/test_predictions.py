"""Activities and probabilities of windows, also of many."""

import numpy as np
import pytest
import torch

from har_search.errors import DataError
from har_search.networks import mlp
from har_search.networks.predictions import predict, to_csv, to_table


@pytest.mark.parametrize("output_format", ["table", "csv"])
def test_thousands_of_windows_are_a_line_each(output_format: str) -> None:
    network = mlp.build(mlp.MLPConfig(64, 1, 0.1, True))
    windows = np.zeros((20_000, 561), np.float32)
    found = predict(network, windows)
    text = to_csv(found) if output_format == "csv" else to_table(found)
    assert text.count("\n") == 20_001


def test_chunks_do_not_matter() -> None:
    network = mlp.build(mlp.MLPConfig(16, 2, 0.5, True)).train()
    windows = np.random.default_rng(0).uniform(-1, 1, (5000, 561)).astype(np.float32)
    found = predict(network, windows)
    with torch.inference_mode():
        logits = network.eval()(torch.from_numpy(windows))
    assert np.allclose(found.probabilities, logits.softmax(dim=1).numpy(), atol=1e-6)
    assert np.array_equal(found.activities, found.probabilities.argmax(axis=1))
    assert np.array_equal(found.best, found.probabilities.max(axis=1))


@pytest.mark.parametrize(("name", "value"), [("3.bias", float("nan")), ("1.running_var", -2.0)])
def test_an_answer_that_is_no_number_is_refused(name: str, value: float) -> None:
    network = mlp.build(mlp.MLPConfig(16, 1, 0.0, True))
    network.state_dict()[name].fill_(value)
    with pytest.raises(DataError, match="answer to window 1 is no number: its weights are damaged"):
        predict(network, np.zeros((2, 561), np.float32))
