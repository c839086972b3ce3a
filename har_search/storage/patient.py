"""Optuna's relational storage, made to wait where the database is away for a while.

A server that restarts, a network that breaks, a file that another program holds: the operation is
tried again, with growing pauses, until the patience ends. Anything else is raised at once.
"""

from __future__ import annotations

import functools
import json
import logging
import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias, TypeVar

import optuna
import sqlalchemy
from optuna.distributions import BaseDistribution, distribution_to_json
from optuna.storages import BaseStorage, RDBStorage
from sqlalchemy import exc

Result = TypeVar("Result")
# Trial, name, Optuna's internal value, distribution, and the one known of this parameter before
_Param: TypeAlias = tuple[int, str, float, BaseDistribution, BaseDistribution | None]
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 5.0
# SQLSTATE classes in which PostgreSQL is away or busy: connection, operator intervention, rollback
TRANSIENT_STATES = ("08", "57", "40")

logger = logging.getLogger(__name__)
optuna.logging.set_verbosity(optuna.logging.ERROR)  # the screen is ours
logging.getLogger("psycopg").setLevel(logging.ERROR)  # its word on each connection that was lost


def patiently(operation: Callable[[], Result], patience_seconds: float) -> Result:
    """Call `operation` until it goes through; raise its error once the patience ends."""
    deadline, pause = None, FIRST_PAUSE_SECONDS
    while True:
        try:
            return operation()
        except Exception as error:
            now = time.monotonic()
            deadline = now + patience_seconds if deadline is None else deadline
            if not is_transient(error) or now >= deadline:
                raise
            logger.info("waiting for the database: %s", error)
        time.sleep(min(pause * random.uniform(0.5, 1), max(deadline - now, 0)))
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


class PatientStorage(RDBStorage):
    """An `RDBStorage` whose every operation waits for up to `patience_seconds` for the database.

    An operation may be carried out twice where its answer was lost; what a second
    `create_new_trial` leaves behind is found by `budget.Sweeper`.
    """

    def __init__(self, url: str, *, patience_seconds: float, **named: Any) -> None:
        self.patience_seconds = patience_seconds
        self._suggested: list[_Param] | None = None
        super().__init__(url, **named)

    def patiently(self, operation: Callable[[], Result]) -> Result:
        """Call `operation` until it goes through or the patience ends; then raise its error."""

        def in_a_clean_session() -> Result:
            try:
                return operation()
            except Exception:
                with suppress(exc.SQLAlchemyError):  # what is broken may not even roll back
                    self.scoped_session.remove()
                raise

        return patiently(in_a_clean_session, self.patience_seconds)

    def fetch(self, query: str, **values: Any) -> Sequence[sqlalchemy.Row[Any]]:
        """Run one query and return its rows."""

        def run() -> Sequence[sqlalchemy.Row[Any]]:
            with self._connect_alone() as connection:
                return connection.execute(sqlalchemy.text(query), values).all()

        return self.patiently(run)

    def change(self, statement: str, **values: Any) -> int:
        """Run one statement in a transaction of its own and return how many rows it changed."""

        def run() -> int:
            with self._connect_alone() as connection:
                return connection.execute(sqlalchemy.text(statement), values).rowcount

        return self.patiently(run)

    def _connect_alone(self) -> sqlalchemy.Connection:
        """Connect for a single statement, which saves its BEGIN and COMMIT."""
        return self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def set_trial_user_attrs(
        self, study_name: str, number: int, attributes: Mapping[str, Any]
    ) -> None:
        """Record new user attributes of a trial in one transaction; one by one costs ten times."""
        self._insert_attributes("trial_user_attributes", study_name, number, attributes)

    def add_trial_system_attrs(
        self, study_name: str, number: int, attributes: Mapping[str, Any]
    ) -> None:
        """Record new system attributes of a trial, also of a finished one, which Optuna refuses."""
        self._insert_attributes("trial_system_attributes", study_name, number, attributes)

    def _insert_attributes(
        self, table: str, study_name: str, number: int, attributes: Mapping[str, Any]
    ) -> None:
        rows = [
            {"key": key, "value": json.dumps(value), "name": study_name, "number": number}
            for key, value in attributes.items()
        ]
        statement = sqlalchemy.text(_INSERT_ATTRIBUTE.format(table=table))

        def insert() -> None:
            with self.engine.begin() as connection:
                connection.execute(statement, rows)

        self.patiently(insert)

    # The two writes that a trial makes most often, in one statement each where all is as usual;
    # Optuna's own way, ten times as long, checks the rest and names what is wrong.

    @contextmanager
    def params_at_once(self) -> Iterator[None]:
        """Write the parameters that are suggested within the block together, at its end."""
        suggested: list[_Param] = []
        self._suggested = suggested
        try:
            yield
        finally:
            self._suggested = None
        if suggested and not self._insert_params(suggested):
            for each in suggested:
                self._set_trial_param_in_optunas_way(*each)

    def _set_trial_param(self, *param: *_Param) -> None:
        *_, distribution, previous_distribution = param
        if distribution != previous_distribution:
            self._set_trial_param_in_optunas_way(*param)
        elif self._suggested is not None:
            self._suggested.append(param)
        elif not self._insert_params([param]):
            self._set_trial_param_in_optunas_way(*param)

    def _set_trial_param_in_optunas_way(self, *param: *_Param) -> None:
        self.patiently(lambda: super(PatientStorage, self)._set_trial_param(*param))

    def _insert_params(self, params: Sequence[_Param]) -> bool:
        """Insert parameters, all or none; False where Optuna has something to check."""
        rows = [
            {"id": trial_id, "name": name, "value": value, "json": distribution_to_json(allowed)}
            for trial_id, name, value, allowed, _ in params
        ]

        def insert() -> bool:
            with self.engine.connect() as connection:
                inserted = connection.execute(sqlalchemy.text(_INSERT_PARAM), rows).rowcount
                if inserted == len(rows):
                    connection.commit()
                return inserted == len(rows)

        return self.patiently(insert)

    def set_trial_intermediate_value(
        self, trial_id: int, step: int, intermediate_value: float
    ) -> None:
        """Record what a trial reports, as Optuna does."""
        if math.isfinite(intermediate_value):
            values = {"trial_id": trial_id, "step": step, "value": intermediate_value}
            if self.change(_INSERT_REPORT, **values) == 1:
                return
        self.patiently(
            lambda: super(PatientStorage, self).set_trial_intermediate_value(
                trial_id, step, intermediate_value
            )
        )


_INSERT_ATTRIBUTE = (
    "INSERT INTO {table} (trial_id, key, value_json) "
    "SELECT t.trial_id, CAST(:key AS VARCHAR(512)), CAST(:value AS TEXT) "
    "FROM trials t JOIN studies s ON s.study_id = t.study_id "
    "WHERE s.study_name = :name AND t.number = :number AND NOT EXISTS ("
    "SELECT 1 FROM {table} a "
    "WHERE a.trial_id = t.trial_id AND a.key = CAST(:key AS VARCHAR(512)))"
)
_INSERT_PARAM = (
    "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) "
    "SELECT t.trial_id, CAST(:name AS VARCHAR(512)), CAST(:value AS DOUBLE PRECISION), "
    "CAST(:json AS TEXT) FROM trials t "
    "WHERE t.trial_id = :id AND t.state = 'RUNNING' AND NOT EXISTS ("
    "SELECT 1 FROM trial_params p "
    "WHERE p.trial_id = t.trial_id AND p.param_name = CAST(:name AS VARCHAR(512)))"
)
_INSERT_REPORT = (
    "INSERT INTO trial_intermediate_values "
    "(trial_id, step, intermediate_value, intermediate_value_type) "
    "SELECT t.trial_id, CAST(:step AS INTEGER), CAST(:value AS DOUBLE PRECISION), 'FINITE' "
    "FROM trials t WHERE t.trial_id = :trial_id AND t.state = 'RUNNING' AND NOT EXISTS ("
    "SELECT 1 FROM trial_intermediate_values v WHERE v.trial_id = t.trial_id "
    "AND v.step = CAST(:step AS INTEGER))"
)


def is_transient(error: BaseException) -> bool:
    """Return whether waiting may cure the error: the database is away or held by another."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, exc.DBAPIError | exc.PendingRollbackError):
        cause = cause.__cause__
    if isinstance(cause, exc.PendingRollbackError):
        return True  # the session's connection broke within a transaction; a new session cures it
    if not isinstance(cause, exc.DBAPIError):
        return False
    if cause.connection_invalidated:
        return True
    state = getattr(cause.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(TRANSIENT_STATES)
    text = str(cause.orig).lower()
    if "sqlite" in type(cause.orig).__module__:
        return "locked" in text or "busy" in text
    refused = ("password", "does not exist", "no pg_hba")  # waiting does not cure these
    return isinstance(cause, exc.OperationalError) and not any(word in text for word in refused)


def _made_patient(name: str) -> Callable[..., Any]:
    method = getattr(RDBStorage, name)

    @functools.wraps(method)
    def call(self: PatientStorage, *arguments: Any, **named: Any) -> Any:
        return self.patiently(lambda: method(self, *arguments, **named))

    return call


# Those of the interface, and those that Optuna's cache calls in their place.
_CACHE_CALLS = {"_create_new_trial", "_get_trials", "_get_best_trial_id"}
for _name in (BaseStorage.__abstractmethods__ | _CACHE_CALLS) - vars(PatientStorage).keys():
    setattr(PatientStorage, _name, _made_patient(_name))
