from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from har_search.data.locate import locate
from tests.conftest import Ran

HarSearch = Callable[..., Ran]


def test_data_describes_what_is_there(har_search: HarSearch, nested_zip: Path) -> None:
    ran = har_search("data", "--data", nested_zip)
    assert ran.code == 0
    assert "(verified)" in ran.out
    assert "train 200 windows of 561 features, 4 subjects: 1 3 5 6" in ran.out
    assert "test  100 windows of 561 features, 2 subjects: 2 4" in ran.out
    assert "WALKING_UPSTAIRS" in ran.out
    assert "CC BY 4.0" in ran.out
    assert "ESANN 2013" in ran.out
    assert str(nested_zip) in ran.out


def test_simulated_data_say_that_they_are(har_search: HarSearch) -> None:
    ran = har_search("data", "--data", "simulated")
    assert "no phone measured it" in ran.out
    assert "CC BY" not in ran.out
    assert ran.err == ""


def test_a_damaged_cache_is_noticed(
    har_search: HarSearch, uci_zip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAR_SEARCH_CACHE_DIR", str(tmp_path / "cache"))
    located = locate(str(uci_zip))
    path = located.folder / "test-features.npy"
    features = np.load(path)
    features[0, 0] += 1
    np.save(path, features)
    ran = har_search("data", "--data", uci_zip)
    assert ran.code == 1
    assert "the cache is damaged" in ran.err
