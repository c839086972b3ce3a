"""The data set: find, download, verify, parse, cache, simulate or standardise it."""

from har_search.data.dataset import ACTIVITIES, FEATURES, REAL, SIMULATED, Dataset, Split

__all__ = ["ACTIVITIES", "FEATURES", "REAL", "SIMULATED", "Dataset", "Split"]
