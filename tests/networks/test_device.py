"""Where to train, and what is not there."""

import pytest

from har_search.errors import OptionError
from har_search.networks.device import choose_device


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_device("auto").type == choose_device("cpu").type == "cpu"
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(OptionError, match=r"--device cuda: torch finds cpu"):
        choose_device("cuda")
