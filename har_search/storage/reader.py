"""A PostgreSQL role that may read and nothing else, for the dashboard."""

from __future__ import annotations

import sqlalchemy

from har_search.errors import OptionError
from har_search.storage.patient import PatientStorage

# PostgreSQL quotes names (%I) and passwords (%L) itself: role statements take no parameters.
_STATEMENTS = (
    "SELECT format('CREATE ROLE %I', CAST(:role AS TEXT)) "
    "WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :role)",
    "SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', "
    "CAST(:role AS TEXT), CAST(:password AS TEXT))",
    "SELECT format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), CAST(:role AS TEXT))",
    "SELECT format('GRANT USAGE ON SCHEMA public TO %I', CAST(:role AS TEXT))",
    "SELECT format('GRANT SELECT ON ALL TABLES IN SCHEMA public TO %I', CAST(:role AS TEXT))",
)


def make_reader(storage: PatientStorage, role: str, password: str) -> None:
    """Make the role, or give it this password, and let it read every table.

    Raises:
        OptionError: the database is not PostgreSQL, whose roles these are.
    """
    if storage.engine.dialect.name != "postgresql":
        raise OptionError("--reader makes a role in PostgreSQL; other databases have none")
    values = {"role": role, "password": password}
    with storage.engine.begin() as connection:
        for statement in _STATEMENTS:
            written = connection.execute(sqlalchemy.text(statement), values).scalar_one_or_none()
            if written is not None:
                connection.exec_driver_sql(written.replace("%", "%%"))
