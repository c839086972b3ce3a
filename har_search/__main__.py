"""Where `har-search` and `python -m har_search` begin.

Imports nothing by itself: a worker process, too, imports the module that its parent began with.
"""


def main() -> None:
    """Run the command line."""
    from har_search.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
