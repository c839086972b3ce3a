"""Trials a minute against workers, with a training step of fixed length, on one PostgreSQL.

Sleeping stands in for training, so that the machine's cores do not limit what is measured: claims,
sampling, reports and storage. All workers start together; each one's pace counts from the end of
its first trial, with which the last imports come, to the end of its last, so that who makes
one more than others does not matter. Workers and server share this machine: where its cores are
busy it is they that are measured, so the share of the processor that was used is shown, too.

    python benchmarks/scaling.py [--workers 1 2 4 8 16 32] [--epoch-seconds 0.25]
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from typing import Any

import psutil
from common import Quiet, database

from har_search.data.cache import load
from har_search.data.dataset import Dataset
from har_search.data.locate import locate
from har_search.search.job import Job
from har_search.search.run import init
from har_search.study.file import load_spec


def sleeping_worker(
    job: Job,
    dataset_folder: Any,
    epoch_seconds: float,
    settle_seconds: float,
    ready: Any,
    paces: Any,
) -> None:
    """Work, sleeping in place of training; put into `paces` how many trials a second it made."""
    from har_search.search import worker
    from har_search.training import trial
    from har_search.training.epochs import EpochFigures
    from har_search.training.results import TrainingResult

    class Counting(Quiet):
        def __init__(self) -> None:
            self.ends: list[float] = []

        def tell(self, event: Any) -> None:
            self.ends.append(time.perf_counter())

    def sleep(config: Any, *_: Any, watch: Any, **__: Any) -> TrainingResult:
        for epoch in range(1, config.epochs + 1):
            time.sleep(epoch_seconds)
            watch.on_epoch(EpochFigures(epoch, 0.5, 0.9, 0.9, 0.9, 0.0, 0.9))
        return TrainingResult(1, config.epochs, 0.9, 0.9, 0.9, 0.0, 0.9, 1, 1.0, False, (), (), {})

    trial.train = sleep  # type: ignore[assignment]
    dataset: Dataset = load(dataset_folder)
    time.sleep(settle_seconds)
    ready.wait()
    orders = Counting()
    worker.work(job, dataset, orders)
    ends = orders.ends
    paces.put((len(ends) - 1) / (ends[-1] - ends[0]) if len(ends) > 1 else 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32])
    parser.add_argument("--epoch-seconds", type=float, default=0.25)
    parser.add_argument("--settle-seconds", type=float, default=10)
    parser.add_argument("--trials-each", type=int, default=6)
    arguments = parser.parse_args()
    located, spec = locate("simulated"), load_spec("homework")
    context = multiprocessing.get_context("spawn")
    print(
        f"PostgreSQL and workers on one machine, {spec.epochs} epochs of "
        f"{arguments.epoch_seconds} s a trial\n"
    )
    print("| workers | trials | trials a minute | efficiency | processor used |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    single = 0.0
    for workers in arguments.workers:
        trials = workers * arguments.trials_each
        with database(postgresql=True) as url:
            name, _ = init(spec, url, located)
            ready, paces = context.Barrier(workers + 1), context.Queue()
            processes = [
                context.Process(
                    target=sleeping_worker,
                    args=(
                        Job(url, name, spec, trials, "bench", "cpu", 1, index, 60.0),
                        located.folder,
                        arguments.epoch_seconds,
                        arguments.settle_seconds,
                        ready,
                        paces,
                    ),
                )
                for index in range(workers)
            ]
            for process in processes:
                process.start()
            ready.wait()
            psutil.cpu_percent()
            per_minute = 60 * sum(paces.get() for _ in processes)
            used = psutil.cpu_percent()
            for process in processes:
                process.join()
        single = single or per_minute / workers
        print(
            f"| {workers} | {trials} | {per_minute:.1f} | {per_minute / workers / single:.0%} "
            f"| {used:.0f} % |",
            flush=True,
        )


if __name__ == "__main__":
    main()
