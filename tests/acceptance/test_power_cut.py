"""A power cut in the middle of a search: the SQLite file and its log as a disk would have them.

SQLite writes each commit into a log beside the file. From time to time, in a checkpoint, it writes
the log's pages into the file. It lets the disk finish (it syncs) the log before a checkpoint and
the file after it, and at no other time. So of the log, a power cut may take what came after the
last sync: all of it, or any part of it, for a disk writes in any order. What was synced stays.

To copy both files while a search writes is not yet a power cut. Between the two copies a checkpoint
may move pages from the log to the file; then the copies belong to two moments, and no disk has ever
held both. So we read SQLite's index of the log (`-shm`) before and after. It says how far
checkpoints have come, and thereby how much of the log is synced. Where a checkpoint went further
than the copied log, or the log began anew (its salts change then), the copy is thrown away, and
another is made. Then the part of the log that was not synced is damaged, and so are pages in the
file that a checkpoint was writing just then.

What must hold: each copy opens and is sound. Its trials lie between those that were synced and all
of them. A trial that was finished before a sync is in every later copy.
"""

from __future__ import annotations

import random
import sqlite3
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from har_search.board.standings import Selection, leaderboard
from tests.acceptance.conftest import Running, assert_nothing_lost, finished

Start = Callable[..., Running]
HEAD, FRAME_HEAD, SECTOR = 32, 24, 512
FINISHED = "SELECT number FROM trials WHERE state IN ('COMPLETE', 'PRUNED')"


@dataclass(frozen=True)
class Index:
    """SQLite's index of its log: the log's salts, and frames that are in the file, or may be."""

    salts: bytes
    copied: int  # and the file synced since
    copying: int  # the log was synced before

    @classmethod
    def read(cls, path: Path) -> Index:
        content = path.with_name(f"{path.name}-shm").read_bytes()[:136]
        return cls(content[32:40], *struct.unpack_from("=I28xI", content, 96))


@dataclass
class PowerCut:
    """The file and the log, in bytes, and how many frames of the log were synced at least."""

    file: bytearray
    log: bytes
    synced: int
    copied: int  # frames that are in the file for certain

    @property
    def page(self) -> int:
        return int(struct.unpack_from(">I", self.log, 8)[0])

    def at(self, frame: int) -> int:
        """Return where a frame begins in the log."""
        return HEAD + frame * (FRAME_HEAD + self.page)

    @property
    def generation(self) -> int:
        """Return a number that grows each time the log begins anew."""
        return int(struct.unpack_from(">I", self.log, 16)[0])

    @property
    def frames(self) -> int:
        """Return how many frames the log has since it began anew; older ones lie behind them."""
        frame = 0
        while self.log[self.at(frame) + 8 : self.at(frame) + 16] == self.log[16:24]:
            frame += 1
        return frame

    def tear_file(self, chance: random.Random) -> None:
        """Damage the pages that a checkpoint may have been writing; the log has them."""
        for frame in range(self.copied, self.synced):
            (number,) = struct.unpack_from(">I", self.log, self.at(frame))
            start = (number - 1) * self.page
            self.file[start : start + self.page] = chance.randbytes(self.page)

    def damaged_log(self, chance: random.Random) -> bytes:
        """Return the log as the disk may have it, damaged after what was synced."""
        start, end = self.at(self.synced), self.at(self.frames)
        at = chance.randint(start, end)
        kind = chance.choice(["cut", "garbage", "holes"])
        if kind == "cut":
            return self.log[:at]
        at = max(start, at // SECTOR * SECTOR)
        if kind == "garbage":
            return self.log[:at] + chance.randbytes(end - at)
        sectors = range(at, end, SECTOR)
        log = bytearray(self.log[:end])
        for sector in chance.sample(sectors, len(sectors) // 3):
            log[sector : sector + SECTOR] = bytes(min(SECTOR, end - sector))
        return bytes(log)


def cut_power(path: Path, chance: random.Random) -> PowerCut:
    """Copy a live file and its log, one first by chance, as one disk could hold them."""
    log = path.with_name(f"{path.name}-wal")
    while True:
        before = Index.read(path)
        if chance.random() < 0.5:
            file, logged = path.read_bytes(), log.read_bytes()
        else:
            logged, file = log.read_bytes(), path.read_bytes()
        after = Index.read(path)
        if before.salts == after.salts == logged[16:24]:
            cut = PowerCut(bytearray(file), logged, after.copying, before.copied)
            if cut.synced <= cut.frames:
                return cut


def opened(folder: Path, file: bytes, log: bytes) -> tuple[str, set[int]]:
    """Write a copy, read it as people do and check it; return its URL and finished trials."""
    path = folder / "copy.db"
    for old in folder.glob("copy.db*"):
        old.unlink()
    path.write_bytes(file)
    path.with_name("copy.db-wal").write_bytes(log)
    url = f"sqlite:///{path}"
    shown = leaderboard(url, Selection(top=1)).finished
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    numbers = {number for (number,) in connection.execute(FINISHED)}
    connection.close()
    assert shown == len(numbers)
    return url, numbers


@pytest.mark.parametrize(
    ("cuts", "resumed"), [(12, set()), pytest.param(200, {20, 90, 199}, marks=pytest.mark.slow)]
)
def test_power_cuts_lose_nothing_that_was_synced(
    start: Start, sqlite_url: str, tmp_path: Path, cuts: int, resumed: set[int]
) -> None:
    chance = random.Random(561)
    search = start(sqlite_url, "--trials", 100_000, "--workers", 2, epochs=3)
    search.until_finished(5)
    known: list[tuple[tuple[int, int], set[int]]] = []  # by place in the log: all finished then
    for number in range(cuts):
        time.sleep(chance.uniform(0, 0.3))
        told = search.output.count(" complete: ")
        cut = cut_power(tmp_path / "har-search.db", chance)
        cut.tear_file(chance)
        _, everything = opened(tmp_path, cut.file, cut.log)
        assert len(everything) >= told  # power alone loses more than a killed process
        _, least = opened(tmp_path, cut.file, cut.log[: cut.at(cut.synced)])
        for place, then in known:
            if place <= (cut.generation, cut.synced):
                assert then <= least
        known.append(((cut.generation, cut.frames), everything))
        url, kept = opened(tmp_path, cut.file, cut.damaged_log(chance))
        assert least <= kept <= everything
        if number in resumed:
            trials = finished(url) + 3
            again = start(url, "--trials", trials, "--workers", 2, epochs=3)
            assert again.wait() == 0, again.output
            assert_nothing_lost(url, trials)
