from collections.abc import Callable

import pytest
import sqlalchemy

from har_search.errors import OptionError
from har_search.storage import schema
from har_search.storage.database import open_for_writing
from har_search.storage.reader import make_reader
from har_search.study.spec import StudySpec
from tests.conftest import Entry

ROLE = 'the "class" of 50% 2026'


def test_a_reader_reads_and_does_nothing_else(
    postgresql_url: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    fill(postgresql_url, quick, [Entry(0.9)])
    with open_for_writing(postgresql_url) as storage:
        for password in ("first", "it's 100% secret"):  # the second replaces the first
            make_reader(storage, ROLE, password)
        with storage.engine.connect() as connection:
            connection.execute(sqlalchemy.text(f"SET ROLE {quoted(ROLE)}"))
            assert len(connection.execute(sqlalchemy.select(schema.trials)).all()) == 2
            with pytest.raises(sqlalchemy.exc.ProgrammingError, match="permission denied"):
                connection.execute(schema.claims.delete())
        with storage.engine.begin() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {quoted(ROLE)}".replace("%", "%%"))
            connection.exec_driver_sql(f"DROP ROLE {quoted(ROLE)}".replace("%", "%%"))


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def test_other_databases_have_no_roles(sqlite_url: str) -> None:
    with (
        open_for_writing(sqlite_url) as storage,
        pytest.raises(OptionError, match="PostgreSQL"),
    ):
        make_reader(storage, "reader", "secret")
