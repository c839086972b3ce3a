"""What is known of entries on people held out, kept in a table of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import select

from har_search.challenge.held_out import HeldOut, HeldOutPeople
from har_search.storage.patient import PatientStorage
from har_search.storage.schema import TRIALS_OF_STUDIES, held_out, is_trial, trials
from har_search.storage.trials import trial_id


def save(
    storage: PatientStorage, study: str, number: int, trial_seed: int, people: Sequence[HeldOut]
) -> None:
    """Keep people's figures, in place of any of the same people."""

    def replace() -> None:
        with storage.engine.begin() as connection:
            trial = trial_id(connection, study, number)
            own = held_out.c.trial_id == trial
            # Optuna uses a trial's id again where its study was deleted; its seed tells.
            connection.execute(held_out.delete().where(own, held_out.c.trial_seed != trial_seed))
            again = held_out.c.subject.in_([each.subject for each in people])
            connection.execute(held_out.delete().where(own, again))
            shared = {"trial_id": trial, "trial_seed": trial_seed}
            connection.execute(held_out.insert(), [{**shared, **asdict(each)} for each in people])

    storage.patiently(replace)


def read(storage: PatientStorage, study: str, number: int, trial_seed: int) -> HeldOutPeople:
    """Return what is known of a trial."""
    query = (
        select(held_out.c.subject, held_out.c.windows, held_out.c.correct)
        .select_from(TRIALS_OF_STUDIES.join(held_out, held_out.c.trial_id == trials.c.trial_id))
        .where(is_trial(study, number), held_out.c.trial_seed == trial_seed)
        .order_by(held_out.c.subject)
    )
    return HeldOutPeople(
        tuple(HeldOut(row.subject, row.windows, row.correct) for row in storage.fetch(query))
    )
