"""A study as one file for the teacher: what was found, what mattered, and how far to trust it."""

from har_search.report.page import write_report

__all__ = ["write_report"]
