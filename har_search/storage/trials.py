"""One trial in the database."""

from __future__ import annotations

import sqlalchemy


def trial_id(connection: sqlalchemy.Connection, study: str, number: int) -> int:
    """Return the database's own id of a trial that is there."""
    query = sqlalchemy.text(
        "SELECT t.trial_id FROM trials t JOIN studies s ON s.study_id = t.study_id "
        "WHERE s.study_name = :study AND t.number = :number"
    )
    found: int = connection.execute(query, {"study": study, "number": number}).scalar_one()
    return found
