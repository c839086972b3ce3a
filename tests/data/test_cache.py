import multiprocessing
from pathlib import Path

import numpy as np
import pytest

from har_search.data import cache
from har_search.data.cache import cached, key_of
from har_search.data.dataset import Dataset
from har_search.data.locate import locate
from har_search.errors import DataError
from tests.helpers import kept_by_another


def test_what_is_cached_comes_back_memory_mapped(small: Dataset, tmp_path: Path) -> None:
    first = cached(tmp_path, "key", lambda: small)
    second = cached(tmp_path, "key", lambda: pytest.fail("made twice"))
    for dataset in (first, second):
        np.testing.assert_array_equal(dataset.train.features, small.train.features)
        np.testing.assert_array_equal(dataset.test.labels, small.test.labels)
        assert dataset.feature_names == small.feature_names
        assert dataset.fingerprint == small.fingerprint
    assert isinstance(first.train.features, np.memmap)


def test_writing_to_a_loaded_array_changes_no_file(small: Dataset, tmp_path: Path) -> None:
    cached(tmp_path, "key", lambda: small).train.features[:] = 0
    again = cached(tmp_path, "key", lambda: small)
    np.testing.assert_array_equal(again.train.features, small.train.features)


def test_a_failure_leaves_nothing_half_made(
    small: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.np, "save", full)
    with pytest.raises(DataError, match=r"No space left.*HAR_SEARCH_CACHE_DIR"):
        cached(tmp_path, "key", lambda: small)
    assert list((tmp_path / "parsed").iterdir()) == []
    monkeypatch.undo()
    assert cached(tmp_path, "key", lambda: small).fingerprint == small.fingerprint


def test_a_cache_that_cannot_be_made_is_named(small: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="the cache cannot be written"):
        cached(tmp_path / "file", "key", lambda: small)


def test_a_cache_that_another_process_keeps_is_named(
    small: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "LOCK_SECONDS", 0.1)
    with (
        kept_by_another(tmp_path / "lock"),
        pytest.raises(DataError, match=r"another process has held the cache"),
    ):
        cached(tmp_path, "key", lambda: small)


def test_a_damaged_cache_says_what_to_delete(small: Dataset, tmp_path: Path) -> None:
    cached(tmp_path, "key", lambda: small)
    (tmp_path / "parsed" / "key" / "train-labels.npy").write_bytes(b"short")
    with pytest.raises(DataError, match=r"damaged cache.*delete that folder"):
        cached(tmp_path, "key", lambda: small)


def test_a_changed_file_gets_another_key(uci_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "data.zip"
    path.write_bytes(b"one")
    before = key_of(path)
    assert key_of(path) == before
    path.write_bytes(b"other")
    assert key_of(path) != before
    assert key_of(uci_folder) != key_of(uci_folder.parent)


def _locate(data: str, folder: Path, parsed: "multiprocessing.Queue[int]") -> None:
    locate(data, folder, on_parse=lambda: parsed.put(1))


def test_workers_that_start_at_once_parse_once(nested_zip: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    parsed: multiprocessing.Queue[int] = context.Queue()
    workers = [
        context.Process(target=_locate, args=(str(nested_zip), tmp_path, parsed)) for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert parsed.get(timeout=5) == 1
    assert parsed.empty()
