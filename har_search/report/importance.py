"""How much each hyperparameter mattered for a good score: Optuna's PED-ANOVA, checked against luck.

PED-ANOVA (Watanabe, Bansal and Hutter 2023) compares where the best tenth of the trials lie with
where all of them lie, so the sampler's own preference cancels out. It needs only ranks: a pruned
trial counts with its best epoch, as on the leaderboard; to leave the pruned out would leave the
losers out. It draws nothing at random and takes milliseconds, where fANOVA grows a forest and needs
scikit-learn.

Its shares always add up to 1, also where nothing mattered. So it is run again over shuffled scores,
and a share counts only where no shuffle reaches it.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from har_search.search.space import distribution
from har_search.study.spec import StudySpec

FEWEST_TRIALS = 50  # so that the best tenth are 5, as Optuna's documentation asks
MOST_TRIALS = 500  # more are thinned out evenly: 10,000 would take 20 s
SHUFFLES = 100  # of a dozen hyperparameters that do nothing, one in eight reports marks one


@dataclass(frozen=True)
class Importance:
    """A hyperparameter's share of all importance, and the largest that shuffled scores gave it."""

    name: str
    share: float
    by_luck: float

    @property
    def clear(self) -> bool:
        """Whether no shuffle reached it."""
        return self.share > self.by_luck


def importances(finished: pd.DataFrame, spec: StudySpec) -> list[Importance]:
    """Return each hyperparameter's importance for the score, the largest first.

    None for fewer than `FEWEST_TRIALS` trials, or where their scores are all alike. `finished` is
    as in `trials.StudyTrials`; the study's starts are left out. The same trials give the same
    figures.
    """
    names = list(spec.search)
    chosen = finished[finished["start"].isna() & finished[names].notna().all(axis=1)]
    if len(chosen) < FEWEST_TRIALS or chosen["score"].nunique() < 2:
        return []
    if len(chosen) > MOST_TRIALS:
        chosen = chosen.iloc[np.linspace(0, len(chosen) - 1, MOST_TRIALS).astype(int)]
    scores = chosen["score"].to_numpy(float)
    shuffler = np.random.default_rng(0)
    study = _Measured(chosen, spec)
    found = study.importances(scores)
    total = sum(found.values())
    if total <= 0:
        return []
    lucky = [study.importances(shuffler.permutation(scores)) for _ in range(SHUFFLES)]
    return [
        Importance(name, share / total, max(each[name] for each in lucky) / total)
        for name, share in sorted(found.items(), key=lambda item: -item[1])
    ]


class _Measured:
    """Trials as a study in memory, of which importances are asked for one score or another.

    Built from what one query gave: Optuna would read 3 ms a trial from the database.
    """

    def __init__(self, chosen: pd.DataFrame, spec: StudySpec) -> None:
        import optuna  # not where there are too few trials

        distributions = {name: distribution(space) for name, space in spec.search.items()}
        verbosity = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.ERROR)  # no line about the study in memory
        try:
            self.study = optuna.create_study()
        finally:
            optuna.logging.set_verbosity(verbosity)
        whole = {
            name
            for name, each in distributions.items()
            if isinstance(each, optuna.distributions.IntDistribution)
        }
        self.study.add_trials(
            [
                optuna.trial.create_trial(
                    params={
                        name: int(row[name]) if name in whole else row[name]
                        for name in distributions
                    },
                    distributions=distributions,
                    value=0.0,
                )
                for row in chosen[list(distributions)].to_dict(orient="records")
            ]
        )

    def importances(
        self, scores: np.ndarray[tuple[int], np.dtype[np.float64]]
    ) -> Mapping[str, float]:
        """Return each hyperparameter's importance, not yet made to add up to 1."""
        from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it takes the lowest as best: hence the minus
            return get_param_importances(
                self.study,
                evaluator=PedAnovaImportanceEvaluator(),
                target=lambda trial: -float(scores[trial.number]),
                normalize=False,
            )
