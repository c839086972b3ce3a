"""Lets `python -m har_search` stand in for `har-search`."""

from har_search.cli import main

if __name__ == "__main__":
    main()
