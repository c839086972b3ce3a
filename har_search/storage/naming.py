"""A study's name: what it may be, and how a study gets another."""

from __future__ import annotations

import json

import sqlalchemy
from sqlalchemy import select

from har_search.challenge.words import visible
from har_search.data.dataset import SIMULATED
from har_search.errors import NotFoundError, OptionError
from har_search.storage import attributes
from har_search.storage.database import alone, open_for_reading, open_for_writing
from har_search.storage.patient import PatientStorage
from har_search.storage.schema import claims, studies, study_user_attributes
from har_search.storage.studies import StoredStudy, stored_studies

_SUFFIX = f"-{SIMULATED}"


def find_study(connection: sqlalchemy.Connection, name: str) -> StoredStudy:
    """Return a study of this name that this package made.

    Raises:
        NotFoundError: there is none; the message names those there are.
    """
    found = stored_studies(connection, name)
    if not found:
        names = ", ".join(each.name for each in stored_studies(connection))
        raise NotFoundError(f"no study '{name}'; there is {names or 'none yet'}")
    return found[0]


def check_there(url: str, name: str) -> None:
    """Check, without making a database, that one has a study of this name.

    Raises:
        NotFoundError: no database or no such study.
        StorageError: it cannot be read.
    """
    with open_for_reading(url) as connection:
        find_study(connection, name)


def check_free(connection: sqlalchemy.Connection, name: str) -> None:
    """Check that no study has this name, whoever made it.

    Raises:
        OptionError: one has.
    """
    if connection.execute(select(studies.c.study_id).where(studies.c.study_name == name)).first():
        raise OptionError(f"there is a study '{name}' already; give another name")


def renamed_spec(study: StoredStudy, spec: str, name: str) -> str:
    """Return a study's spec, JSON as stored, for a study of another name in the database.

    A spec holds its study's name, too: `run` with it goes on with the study of that name.

    Raises:
        OptionError: no study may have the name, or none on these data.
    """
    if visible(name) != name or not name.strip():
        raise OptionError(
            f"'{visible(name)}' is empty or holds control characters or bytes that are no UTF-8; "
            "give another name"
        )
    if name == study.name:
        return spec
    if name.endswith(_SUFFIX) != (study.dataset == SIMULATED):
        raise OptionError(
            f"studies on simulated data, and no others, have a name that ends in {_SUFFIX}; "
            f"'{name}' does{'' if name.endswith(_SUFFIX) else ' not'}"
        )
    tables = json.loads(spec)
    tables["study"]["name"] = name.removesuffix(_SUFFIX)
    return json.dumps(tables)


def rename_study(url: str, old: str, new: str) -> None:
    """Give a study another name, in one transaction.

    Raises:
        NotFoundError: no database or no such study.
        OptionError: another study has the name, or none on these data may have it.
        StorageError: the database cannot be written.
    """
    check_there(url, old)
    with open_for_writing(url) as storage, alone(url):
        _rename(storage, old, new)


def _rename(storage: PatientStorage, old: str, new: str) -> None:
    with storage.engine.begin() as connection:
        study = find_study(connection, old)
        of_study, table = studies.c.study_id == study.id, study_user_attributes
        of_spec = (table.c.study_id == study.id) & (table.c.key == attributes.SPEC)
        stored = connection.execute(select(table.c.value_json).where(of_spec)).scalar_one()
        spec = renamed_spec(study, stored, new)
        check_free(connection, new)
        connection.execute(studies.update().where(of_study).values(study_name=new))
        connection.execute(table.update().where(of_spec).values(value_json=spec))
        of_claims = claims.c.study_name == old
        connection.execute(claims.update().where(of_claims).values(study_name=new))
