"""Where a search keeps its trials and how long it waits for them, unless told otherwise."""

from __future__ import annotations

DEFAULT_URL = "sqlite:///har-search.db"
PATIENCE_SECONDS = 300.0
