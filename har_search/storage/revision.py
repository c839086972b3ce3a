"""Which revision Optuna's tables have: another than that of the Optuna here is refused by name."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy

from har_search.errors import StorageError

REVISION = "v3.2.0.a"  # of Optuna 5.0
_STAMP = sqlalchemy.table("alembic_version", sqlalchemy.column("version_num"))


def require_revision(connection: sqlalchemy.Connection) -> None:
    """Check that Optuna's tables, if any, have the revision that is written here.

    Raises:
        StorageError: an earlier or a later Optuna made them; the message says what to do.
    """
    if not sqlalchemy.inspect(connection).has_table(_STAMP.name):
        return
    revision = connection.execute(sqlalchemy.select(_STAMP)).scalar()
    if revision in (None, REVISION):
        return
    earlier, newest = _known_revisions()
    if revision == newest:
        return
    url = connection.engine.url.render_as_string(hide_password=True)
    if revision in earlier:
        raise StorageError(
            f"{url}: an earlier Optuna made its tables (revision {revision}); copy the database, "
            f"then bring them up to date with `optuna storage upgrade --storage {url}`"
        )
    raise StorageError(
        f"{url}: a later Optuna made its tables (revision {revision}); bring har-search and Optuna "
        "up to date, or name another database with --storage"
    )


def _known_revisions() -> tuple[set[str], str | None]:
    """Return the revisions that the Optuna here can bring up to date, and its own."""
    from alembic.script import ScriptDirectory
    from optuna.storages import _rdb  # takes long, and is seldom needed

    scripts = ScriptDirectory(str(Path(_rdb.__file__).with_name("alembic")))
    newest = scripts.get_current_head()
    return {each.revision for each in scripts.walk_revisions()} - {newest}, newest
