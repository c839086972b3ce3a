"""The pages that a class watches: its leaderboard, and optuna-dashboard beside it."""

from har_search.web.server import serve

__all__ = ["serve"]
