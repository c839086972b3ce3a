"""The data set: find, download, verify, parse, cache, simulate or standardise it."""
