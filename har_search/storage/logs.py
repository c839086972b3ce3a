"""What Optuna and psycopg log: for the command line and its processes, errors alone.

Whoever imports this package keeps the logging that they chose.
"""

from __future__ import annotations

import logging


def hush_libraries() -> None:
    """Let Optuna and psycopg log nothing below an error in this process: the screen is ours."""
    import optuna  # which sets its own level at import, so it must be there first

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # its word on each connection lost
