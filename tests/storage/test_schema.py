"""The tables as declared here are those that Optuna makes, and those that earlier versions made."""

from collections.abc import Callable

import optuna
import sqlalchemy
from optuna.storages._rdb import models

from har_search.storage import schema
from har_search.storage.database import open_for_writing
from har_search.study.spec import StudySpec
from tests.conftest import Entry


def described(column: sqlalchemy.Column[object]) -> tuple[object, ...]:
    kind = column.type
    about: tuple[object, ...] = (kind._type_affinity, getattr(kind, "length", None))
    if isinstance(kind, sqlalchemy.Enum):
        about = (tuple(kind.enums), kind.name)
    return (*about, bool(column.primary_key), bool(column.nullable))


def test_optunas_tables_are_declared_as_optuna_does() -> None:
    theirs = models.BaseModel.metadata.tables
    assert schema.OPTUNAS.tables
    for name, table in schema.OPTUNAS.tables.items():
        for column in table.columns:
            assert described(column) == described(theirs[name].columns[column.name]), column


def test_they_are_there_on_each_database(
    url: str, quick: StudySpec, fill: Callable[..., None]
) -> None:
    fill(url, quick, [Entry(0.9)])
    with open_for_writing(url) as storage:
        schema.create_tables(storage.engine)
        inspector = sqlalchemy.inspect(storage.engine)
        for metadata in (schema.OPTUNAS, schema.OURS):
            for name, table in metadata.tables.items():
                there = {each["name"]: each for each in inspector.get_columns(name)}
                for column in table.columns:
                    kind = there[column.name]["type"]
                    if not isinstance(column.type, sqlalchemy.Enum):  # text, where there are none
                        assert kind._type_affinity is column.type._type_affinity, column
        assert {each["name"] for each in inspector.get_indexes("har_search_claims")} == {
            "ix_har_search_claims_study_name"
        }


def test_every_table_can_be_read(url: str, quick: StudySpec, fill: Callable[..., None]) -> None:
    fill(url, quick, [Entry(0.9), Entry(0.8, pruned=True)])
    with open_for_writing(url) as storage, storage.engine.connect() as connection:
        schema.create_tables(storage.engine)
        for table in (*schema.OPTUNAS.tables.values(), *schema.OURS.tables.values()):
            connection.execute(sqlalchemy.select(table)).all()
        count = sqlalchemy.select(sqlalchemy.func.count()).select_from(schema.trials)
        assert connection.execute(count.where(schema.is_finished())).scalar_one() == 2
        source, value = schema.with_attribute(schema.TRIALS_OF_STUDIES, "student")
        found = sqlalchemy.select(value).select_from(source).where(schema.is_trial("quick", 1))
        assert connection.execute(found).scalar_one() == '"ann"'


def test_our_tables_are_ours_alone() -> None:
    assert not schema.OURS.tables.keys() & optuna.storages._rdb.models.BaseModel.metadata.tables
