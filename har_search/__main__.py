"""Where `har-search` and `python -m har_search` begin.

Imports nothing of the package by itself: a worker process, too, imports the module that its parent
began with.
"""

import gc
import sys


def main() -> None:
    """Run the command line, with a garbage collector that leaves what is imported in peace.

    Modules stay until the end. Looking through them again and again while they are imported, and
    once more before the process ends, took over a quarter of the time of `leaderboard`.
    """
    gc.set_threshold(100_000)
    try:
        from har_search.cli import main as command_line

        command_line()
    except KeyboardInterrupt:  # before or after a command
        sys.exit(130)
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
