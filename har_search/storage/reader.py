"""A PostgreSQL role that may read and nothing else, for the dashboard."""

from __future__ import annotations

from sqlalchemy import Text, bindparam, column, exists, func, select, table

from har_search.errors import OptionError
from har_search.storage.patient import PatientStorage

_ROLE, _PASSWORD = bindparam("role", type_=Text), bindparam("password", type_=Text)
_KNOWN = exists().where(table("pg_roles", column("rolname")).c.rolname == _ROLE)
# PostgreSQL quotes names (%I) and passwords (%L) itself: role statements take no parameters.
_STATEMENTS = (
    select(func.format("CREATE ROLE %I", _ROLE)).where(~_KNOWN),
    select(func.format("ALTER ROLE %I LOGIN PASSWORD %L", _ROLE, _PASSWORD)),
    select(func.format("GRANT CONNECT ON DATABASE %I TO %I", func.current_database(), _ROLE)),
    select(func.format("GRANT USAGE ON SCHEMA public TO %I", _ROLE)),
    select(func.format("GRANT SELECT ON ALL TABLES IN SCHEMA public TO %I", _ROLE)),
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
            written = connection.execute(statement, values).scalar_one_or_none()
            if written is not None:
                connection.exec_driver_sql(written.replace("%", "%%"))
