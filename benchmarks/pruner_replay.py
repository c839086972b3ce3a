"""What a pruner would have saved, and lost, in a search that was run without one.

Replays percentile pruners (Optuna's rule: a trial whose best score so far is below the percentile
of the complete trials' scores at that epoch is pruned) over the recorded scores of every trial:

    har-search run --study unpruned.toml --storage sqlite:///unpruned.db
    python benchmarks/pruner_replay.py sqlite:///unpruned.db

The replay keeps the order of the trials; a real search would have sampled others after a pruning.
"""

from __future__ import annotations

import sys
from collections import defaultdict

import numpy as np
import sqlalchemy

from har_search.storage.database import open_for_reading

QUERY = """
SELECT t.trial_id, i.step, i.intermediate_value
FROM trials t JOIN trial_intermediate_values i ON i.trial_id = t.trial_id
WHERE t.state = 'COMPLETE' ORDER BY t.trial_id, i.step
"""
STARTUP_TRIALS = 10


def replay(
    curves: list[list[float]], keep_percent: float, warmup: int, interval: int
) -> tuple[float, float]:
    """Return the share of epochs run and the best score among the trials that were not pruned."""
    complete: list[list[float]] = []
    epochs_run = 0
    for curve in curves:
        stop = len(curve)
        if len(complete) >= STARTUP_TRIALS:
            for epoch in range(warmup, len(curve) - 1, interval):
                others = [other[epoch] for other in complete]
                if curve[epoch] < np.percentile(others, 100 - keep_percent):
                    stop = epoch + 1
                    break
        if stop == len(curve):
            complete.append(curve)
        epochs_run += stop
    return epochs_run / sum(map(len, curves)), max(curve[-1] for curve in complete)


def main() -> None:
    scores: dict[int, list[float]] = defaultdict(list)
    with open_for_reading(sys.argv[1]) as connection:
        for trial, _step, score in connection.execute(sqlalchemy.text(QUERY)):
            scores[trial].append(score)
    curves = list(scores.values())
    print(f"{len(curves)} trials, best score {max(curve[-1] for curve in curves):.4f}\n")
    print("| keep % | warm-up epochs | interval | epochs run | best score kept |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for keep_percent in (25, 50, 66, 75):
        for warmup in (0, 3, 5, 8, 10, 15):
            for interval in (1, 3, 5):
                share, best = replay(curves, keep_percent, warmup, interval)
                print(f"| {keep_percent} | {warmup} | {interval} | {share:.0%} | {best:.4f} |")


if __name__ == "__main__":
    main()
