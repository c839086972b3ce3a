"""A trial's network: its saved weights, where they are its own."""

from dataclasses import replace

import pytest

from har_search.entries.checkpoint import network_of, saved_weights
from har_search.entries.record import read_record
from har_search.storage.artifacts import folder_of


def test_weights_that_do_not_fit_are_not_used(kept: str) -> None:
    record = read_record(kept, 1)
    folder = folder_of(kept)
    assert folder is not None
    assert saved_weights(record, folder).weights is not None
    other = {
        **record.files,
        "weights.safetensors": read_record(kept, 2).files["weights.safetensors"],
    }
    if record.entry.config.mlp.width != read_record(kept, 2).entry.config.mlp.width:
        assert "damaged" in saved_weights(replace(record, files=other), folder).reason
    escape = {"weights.safetensors": "../../etc/passwd"}
    assert "gone" in saved_weights(replace(record, files=escape), folder).reason
    assert "were saved" in saved_weights(replace(record, files={}), folder).reason
    with pytest.raises(RuntimeError):
        network_of(record, {})
