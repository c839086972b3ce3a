"""Trained networks and what their inputs are."""

import numpy as np
import torch

from har_search.challenge.inputs import PERSON
from har_search.data.dataset import Dataset
from har_search.data.standardize import Scale, by_person
from har_search.networks import mlp, onnx
from har_search.networks.mlp import MLPConfig
from har_search.networks.trained import TrainedNetwork, standardizing


def test_a_network_that_standardises_itself_is_the_same_one(small: Dataset) -> None:
    scale = Scale.of(small.train.features)
    config = MLPConfig(16, 2, 0.1, True)
    network = mlp.build(config, torch.Generator().manual_seed(3)).eval()
    made = standardizing(network, config, scale)
    assert not made.calibrated
    windows = torch.from_numpy(small.test.features)
    with torch.inference_mode():
        before = network(torch.from_numpy(scale.apply(small.test.features)))
        after = made.network(windows)
    torch.testing.assert_close(after, before, atol=1e-5, rtol=1e-5)
    assert str(mlp.build(made.config)) == str(made.network)
    assert mlp.parameter_count(made.config) == mlp.parameter_count(config)
    content = onnx.to_onnx(made.network)
    apart = onnx.distance(content, made.network, small.test.features)
    assert apart <= onnx.TOLERANCE


def test_windows_are_prepared_where_the_network_is_calibrated(small: Dataset) -> None:
    config = MLPConfig(8, 1, 0.0, True)
    windows, people = small.test.features, small.test.subjects
    plain = TrainedNetwork(mlp.build(config), config)
    assert plain.prepared(windows, people) is windows
    calibrated = TrainedNetwork(mlp.build(config), config, PERSON)
    assert calibrated.calibrated
    np.testing.assert_array_equal(
        calibrated.prepared(windows, people), by_person(windows, people, PERSON)
    )
