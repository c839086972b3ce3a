"""Names under which a study and its trials keep what Optuna has no column for."""

from __future__ import annotations

SPEC = "har_search:spec"  # of a study: the study file's tables; written last, so it is whole
TRIALS = "har_search:trials"  # of a study: how many the last search asked for
DATASET = "har_search:dataset"  # of a study: name and fingerprint
START = "start"  # of a trial: the name of the study file's start that it tries
FAILURE = "failure"  # of a failed trial: why
RETRIES = "retries"  # of a trial: how many workers have died on its parameters

INTERRUPTED = "interrupted"  # a failure: the search was asked to stop
WORKER_DIED = "its worker died"  # a failure
