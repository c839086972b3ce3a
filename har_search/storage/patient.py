"""Optuna's relational storage, made to wait where the database is away, and to write less often."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

import sqlalchemy
from optuna.distributions import BaseDistribution, distribution_to_json
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import bindparam, exc, exists, func, literal, select, text

from har_search.storage.patience import patiently
from har_search.storage.schema import (
    TRIALS_OF_STUDIES,
    create_tables,
    is_trial,
    studies,
    trial_intermediate_values,
    trial_params,
    trial_system_attributes,
    trial_user_attributes,
    trial_values,
    trials,
)

Result = TypeVar("Result")
_Class = TypeVar("_Class", bound=type)
# Trial, name, Optuna's internal value, distribution, and the one known of this parameter before
_Param: TypeAlias = tuple[int, str, float, BaseDistribution, BaseDistribution | None]


def _waiting(*names: str) -> Callable[[_Class], _Class]:
    """Decorate a storage: Optuna's own methods of these names wait for the database, too."""

    def decorate(storage: _Class) -> _Class:
        for name in names:
            setattr(storage, name, _made_patient(getattr(RDBStorage, name)))
        return storage

    return decorate


def _made_patient(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: PatientStorage, *arguments: Any, **named: Any) -> Any:
        return self.patiently(lambda: method(self, *arguments, **named))

    return call


@_waiting(
    # What every storage offers, but for what is written out below
    "create_new_study",
    "delete_study",
    "get_all_studies",
    "get_all_trials",
    "get_study_directions",
    "get_study_id_from_name",
    "get_study_name_from_id",
    "get_study_system_attrs",
    "get_study_user_attrs",
    "get_trial",
    "set_study_system_attr",
    "set_study_user_attr",
    "set_trial_param",
    "set_trial_system_attr",
    "set_trial_user_attr",
    "get_trial_id_from_study_id_trial_number",
    # What Optuna's cache asks in the place of these
    "_get_best_trial_id",
    "_get_trials",
)
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

    def create_our_tables(self) -> None:
        """Make our tables where there are none, beside Optuna's."""
        self.patiently(lambda: create_tables(self.engine))

    def fetch(self, query: sqlalchemy.Executable, **values: Any) -> Sequence[Any]:
        """Run one query, with values for its parameters, and return its rows."""

        def run() -> Sequence[Any]:
            with self._connect_alone() as connection:
                return connection.execute(query, values).all()

        return self.patiently(run)

    def change(self, statement: sqlalchemy.UpdateBase, **values: Any) -> int:
        """Run one statement in a transaction of its own and return how many rows it changed."""

        def run() -> int:
            with self._connect_alone() as connection:
                return connection.execute(statement, values).rowcount

        return self.patiently(run)

    def _connect_alone(self) -> sqlalchemy.Connection:
        """Connect for a single statement, which saves its BEGIN and COMMIT."""
        return self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def sync(self) -> None:
        """Put on the disk what SQLite keeps in its log; other databases do so at each commit."""
        if self.engine.dialect.name == "sqlite":
            self.fetch(_SYNC)

    def set_trial_user_attrs(
        self, study_name: str, number: int, attributes: Mapping[str, Any]
    ) -> None:
        """Record new user attributes of a trial in one transaction; one by one costs ten times."""
        self._insert_attributes(_INSERT_USER_ATTRIBUTE, study_name, number, attributes)

    def add_trial_system_attrs(
        self, study_name: str, number: int, attributes: Mapping[str, Any]
    ) -> None:
        """Record new system attributes of a trial, also of a finished one, which Optuna refuses."""
        self._insert_attributes(_INSERT_SYSTEM_ATTRIBUTE, study_name, number, attributes)

    def _insert_attributes(
        self,
        statement: sqlalchemy.Insert,
        study_name: str,
        number: int,
        attributes: Mapping[str, Any],
    ) -> None:
        rows = [
            {"key": key, "value": json.dumps(value), "study": study_name, "number": number}
            for key, value in attributes.items()
        ]

        def insert() -> None:
            with self.engine.begin() as connection:
                connection.execute(statement, rows)

        self.patiently(insert)

    def create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> int:
        """Make a trial, running unless the template says otherwise, and return its id."""
        return self._create_new_trial(study_id, template_trial)._trial_id

    def _create_new_trial(
        self, study_id: int, template_trial: FrozenTrial | None = None
    ) -> FrozenTrial:
        # Optuna's own way has patience of its own: five tries, whatever ours is.
        if template_trial is None:
            return self.patiently(lambda: self._insert_trial(study_id))
        return self.patiently(
            lambda: super(PatientStorage, self)._create_new_trial(study_id, template_trial)
        )

    def _insert_trial(self, study_id: int) -> FrozenTrial:
        begun = datetime.now()
        with self.engine.begin() as connection:
            if connection.execute(_LOCK_STUDY, {"id": study_id}).first() is None:
                raise KeyError(f"there is no study with the id {study_id}")
            row = {"study_id": study_id, "state": "RUNNING", "datetime_start": begun}
            trial_id = connection.execute(_INSERT_TRIAL, row).scalar_one()
            number = connection.execute(_EARLIER, {"id": study_id, "trial": trial_id}).scalar_one()
            connection.execute(_SET_NUMBER, {"trial": trial_id, "own": number})
        return FrozenTrial(
            number=number,
            state=TrialState.RUNNING,
            value=None,
            datetime_start=begun,
            datetime_complete=None,
            params={},
            distributions={},
            user_attrs={},
            system_attrs={},
            intermediate_values={},
            trial_id=trial_id,
        )

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
            {
                "trial": trial_id,
                "name": name,
                "value": value,
                "allowed": distribution_to_json(allowed),
            }
            for trial_id, name, value, allowed, _ in params
        ]

        def insert() -> bool:
            with self.engine.connect() as connection:
                inserted = connection.execute(_INSERT_PARAM, rows).rowcount
                if inserted == len(rows):
                    connection.commit()
                    return True
                # Where the answer to a first try was lost, they are there.
                return all(connection.execute(_PARAM, row).first() for row in rows)

        return self.patiently(insert)

    def set_trial_state_values(
        self, trial_id: int, state: TrialState, values: Sequence[float] | None = None
    ) -> bool:
        """Change a trial's state, as Optuna does; once where the answer to a first try was lost."""
        tries = 0

        def change() -> bool:
            nonlocal tries
            tries += 1
            try:
                return super(PatientStorage, self).set_trial_state_values(trial_id, state, values)
            except UpdateFinishedTrialError:
                if tries == 1 or not self._is_told(trial_id, state, values):
                    raise
                return True

        return self.patiently(change)

    def _is_told(self, trial_id: int, state: TrialState, values: Sequence[float] | None) -> bool:
        with self._connect_alone() as connection:
            known = connection.execute(_STATE, {"trial": trial_id}).scalar_one()
            stored = connection.execute(_VALUES, {"trial": trial_id}).scalars().all()
        return known == state.name and (values is None or list(stored) == list(values))

    def set_trial_intermediate_value(
        self, trial_id: int, step: int, intermediate_value: float
    ) -> None:
        """Record what a trial reports, as Optuna does."""
        if math.isfinite(intermediate_value):
            values = {"trial": trial_id, "step": step, "value": intermediate_value}
            if self.change(_INSERT_REPORT, **values) == 1:
                return
        self.patiently(
            lambda: super(PatientStorage, self).set_trial_intermediate_value(
                trial_id, step, intermediate_value
            )
        )


def _insert_where_there_is_none(
    table: sqlalchemy.Table,
    trial: sqlalchemy.Select[Any],
    values: Sequence[str | sqlalchemy.ColumnElement[Any]],
) -> sqlalchemy.Insert:
    """Return the statement that gives a trial a row, where it has none of the same key.

    `trial` selects the trial's id. `values` are those of the table's columns after it: a name is
    that of a parameter, and the first tells the trial's rows apart.
    """
    columns = table.columns.values()[1:]
    first, *others = (
        bindparam(value, type_=column.type) if isinstance(value, str) else value
        for column, value in zip(columns, values, strict=True)
    )
    there = exists().where(table.c.trial_id == trials.c.trial_id, columns[0] == first)
    row = trial.add_columns(first, *others).where(~there)
    # Otherwise the number of rows is not kept after an INSERT.
    return (
        table.insert()
        .from_select(list(table.columns), row)
        .execution_options(preserve_rowcount=True)
    )


_NAMED = (
    select(trials.c.trial_id)
    .select_from(TRIALS_OF_STUDIES)
    .where(is_trial(bindparam("study"), bindparam("number")))
)
_SYNC = text("PRAGMA wal_checkpoint(PASSIVE)")  # waits for nobody
# The study is locked as Optuna does it, since a trial's number counts those before it.
_LOCK_STUDY = (
    select(studies.c.study_id).where(studies.c.study_id == bindparam("id")).with_for_update()
)
_INSERT_TRIAL = trials.insert().returning(trials.c.trial_id)
_EARLIER = select(func.count()).where(
    trials.c.study_id == bindparam("id"), trials.c.trial_id < bindparam("trial")
)
_SET_NUMBER = (
    trials.update().where(trials.c.trial_id == bindparam("trial")).values(number=bindparam("own"))
)
_RUNNING = select(trials.c.trial_id).where(
    trials.c.trial_id == bindparam("trial"), trials.c.state == "RUNNING"
)
_INSERT_USER_ATTRIBUTE, _INSERT_SYSTEM_ATTRIBUTE = (
    _insert_where_there_is_none(table, _NAMED, ["key", "value"])
    for table in (trial_user_attributes, trial_system_attributes)
)
_PARAM = select(trial_params.c.param_name).where(
    trial_params.c.trial_id == bindparam("trial"),
    trial_params.c.param_name == bindparam("name"),
    trial_params.c.param_value == bindparam("value"),
    trial_params.c.distribution_json == bindparam("allowed"),
)
_STATE = select(trials.c.state).where(trials.c.trial_id == bindparam("trial"))
_VALUES = (
    select(trial_values.c.value)
    .where(trial_values.c.trial_id == bindparam("trial"))
    .order_by(trial_values.c.objective)
)
_INSERT_PARAM = _insert_where_there_is_none(trial_params, _RUNNING, ["name", "value", "allowed"])
_INSERT_REPORT = _insert_where_there_is_none(
    trial_intermediate_values,
    _RUNNING,
    ["step", "value", literal("FINITE", trial_intermediate_values.c.intermediate_value_type.type)],
)
