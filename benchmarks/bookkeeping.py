"""The share of a worker's time that is not training: storage, sampling, reports, showing.

Runs the default study's trials in real worker loops and times what is spent inside the training
loop and outside of it, waits for other workers' locks included, start-up excluded.

    python benchmarks/bookkeeping.py --workers 2 --trials 60
    python benchmarks/bookkeeping.py --workers 8 --trials 120 --postgresql
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from common import Quiet, database

from har_search.data.cache import load
from har_search.data.locate import locate
from har_search.search.job import Job
from har_search.search.run import init
from har_search.study.file import load_spec
from har_search.training.epochs import EpochFigures
from har_search.training.watch import Unwatched, Watch


class TimedWatch(Unwatched):
    """Passes epochs on to another watch, and counts the seconds that it takes."""

    def __init__(self, watch: Watch) -> None:
        self.watch, self.seconds = watch, 0.0

    def should_stop(self) -> bool:
        return self.watch.should_stop()

    def on_epoch(self, figures: EpochFigures) -> bool:
        begun = time.perf_counter()
        try:
            return self.watch.on_epoch(figures)
        finally:
            self.seconds += time.perf_counter() - begun


def timed_worker(job: Job, folder: Path, results: Any) -> None:
    """Work, timing the training loop without its callbacks, and the trials around it."""
    from har_search.search import worker
    from har_search.training import trial

    spent = {"training": 0.0, "trials": 0.0, "count": 0}
    train, run_trial = trial.train, worker._run_trial

    def timed_train(*arguments: Any, watch: Any, **named: Any) -> Any:
        timed = TimedWatch(watch)
        begun = time.perf_counter()
        result = train(*arguments, watch=timed, **named)
        spent["training"] += time.perf_counter() - begun - timed.seconds
        return result

    claim_place = worker.claim_place

    def timed_claim(*arguments: Any) -> Any:
        begun = time.perf_counter()
        claim = claim_place(*arguments)
        if claim is not None:
            spent["trials"] += time.perf_counter() - begun
        return claim

    def timed_trial(*arguments: Any) -> None:
        begun = time.perf_counter()
        run_trial(*arguments)
        spent["trials"] += time.perf_counter() - begun
        spent["count"] += 1

    trial.train, worker._run_trial = timed_train, timed_trial  # type: ignore[assignment]
    worker.claim_place = timed_claim
    worker.work(job, load(folder), Quiet())
    results.put(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("HAR_SEARCH_DATA", "auto"))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--study", default="homework")
    parser.add_argument("--postgresql", action="store_true")
    arguments = parser.parse_args()
    located, spec = locate(arguments.data), load_spec(arguments.study)
    context = multiprocessing.get_context("spawn")
    with database(arguments.postgresql) as url, tempfile.TemporaryDirectory() as artifacts:
        name, _ = init(spec, url, located)
        results = context.Queue()
        job = Job(
            url=url,
            study_name=name,
            spec=spec,
            trials=arguments.trials,
            student="bench",
            device="cpu",
            seed=1,
            sampler_seed=0,
            patience_seconds=60.0,
            artifacts=Path(artifacts),
        )
        processes = [
            context.Process(
                target=timed_worker,
                args=(replace(job, sampler_seed=index), located.folder, results),
            )
            for index in range(arguments.workers)
        ]
        for process in processes:
            process.start()
        spent = [results.get() for _ in processes]
        for process in processes:
            process.join()
    training, trials = (sum(each[key] for each in spent) for key in ("training", "trials"))
    count = sum(each["count"] for each in spent)
    kind = "PostgreSQL" if arguments.postgresql else "SQLite"
    print(
        f"{kind}, {arguments.workers} workers, {count} trials of {spec.name}: "
        f"{trials / count:.2f} s a trial, "
        f"{1000 * (trials - training) / count:.0f} ms of it bookkeeping, "
        f"{(trials - training) / trials:.1%}"
    )


if __name__ == "__main__":
    main()
