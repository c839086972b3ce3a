"""Where to train, and what is not there."""

import pytest

from har_search.errors import OptionError
from har_search.networks.device import choose_device


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_device("auto").type == choose_device("cpu").type == "cpu"
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(OptionError, match=r"--device cuda: torch finds cpu"):
        choose_device("cuda")


def test_a_device_that_torch_does_not_know_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    assert choose_device("cuda").type == "cuda"
    for name in ("mps", "abacus"):
        with pytest.raises(OptionError, match=f"--device {name}: torch finds cpu, cuda here"):
            choose_device(name)
