"""How long standings take as trials grow: the command, the page, and what both stand on.

A database of made-up trials is written through SQL. The command's time is set beside that of a bare
import of sqlalchemy and rich, the two in turn; the page is asked over HTTP.

    python benchmarks/standings.py [--trials 1000 10000 100000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from har_search.data.locate import locate
from har_search.search.run import init
from har_search.study.file import load_spec

BARE = "import sqlalchemy, rich.console, rich.table"


def write_trials(path: Path, trials: int) -> None:
    """Fill a new study's database with so many finished trials."""
    chance = random.Random(561)
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM trials")
    (study_id,) = connection.execute("SELECT study_id FROM studies").fetchone()
    distributions = {
        "width": '{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 32, '
        '"high": 512}}',
        "dropout": '{"name": "FloatDistribution", "attributes": {"step": 0.01, "low": 0.0, '
        '"high": 0.6, "log": false}}',
        "batch_norm": '{"name": "CategoricalDistribution", "attributes": {"choices": [true, '
        "false]}}",
        "learning_rate": '{"name": "FloatDistribution", "attributes": {"step": null, "low": '
        '0.0002, "high": 0.02, "log": true}}',
        "batch_size": '{"name": "CategoricalDistribution", "attributes": {"choices": [32, 64, '
        "128, 256]}}",
    }
    rows: dict[str, list[tuple[object, ...]]] = {
        name: [] for name in ("trials", "values", "params", "attributes")
    }
    for number in range(trials):
        key = number + 1
        test, gap = chance.gauss(0.955, 0.008), chance.gauss(0.026, 0.006)
        when = f"2026-01-01 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.000000"
        rows["trials"].append((key, number, study_id, "COMPLETE", when, when))
        rows["values"].append((key, 0, test - max(0.0, gap - 0.02), "FINITE"))
        values = (chance.randint(32, 512), 0.3, chance.randint(0, 1), 0.003, chance.randint(0, 3))
        for (name, distribution), value in zip(distributions.items(), values, strict=True):
            rows["params"].append((key, name, value, distribution))
        attributes = {
            "test_accuracy": test,
            "train_accuracy": test + gap,
            "running_train_accuracy": 0.97,
            "gap": gap,
            "epoch": 21,
            "epochs": 30,
            "parameters": 567 * chance.randint(32, 512),
            "seed": chance.getrandbits(32),
            "seconds": 2.5,
            "student": f"student {chance.randint(1, 30)}",
            "dataset": "uci-har",
            "device": "cpu",
            "versions": "har-search 0.1.0, torch 2.13.0, optuna 5.0.0",
            "track_a": int(test > 0.96 and gap < 0.02),
            "track_b": int(test > 0.975),
        }
        rows["attributes"] += [(key, name, json.dumps(each)) for name, each in attributes.items()]
    inserts = {
        "trials": "INSERT INTO trials (trial_id, number, study_id, state, datetime_start, "
        "datetime_complete) VALUES (?, ?, ?, ?, ?, ?)",
        "values": "INSERT INTO trial_values (trial_id, objective, value, value_type) "
        "VALUES (?, ?, ?, ?)",
        "params": "INSERT INTO trial_params (trial_id, param_name, param_value, "
        "distribution_json) VALUES (?, ?, ?, ?)",
        "attributes": "INSERT INTO trial_user_attributes (trial_id, key, value_json) "
        "VALUES (?, ?, ?)",
    }
    with connection:
        for name, statement in inserts.items():
            connection.executemany(statement, rows[name])
    connection.close()


def seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def page_seconds(url: str, rounds: int) -> tuple[float, int]:
    """Return the page's median time and its size in bytes, without the page's own cache."""
    import waitress

    from har_search.web import contents
    from har_search.web.pages import make_pages

    server = waitress.create_server(make_pages(url), host="127.0.0.1", port=0)
    threading.Thread(target=server.run, daemon=True).start()
    times, size = [], 0
    for _ in range(rounds + 1):
        contents.CONTENTS.clear()
        begun = time.perf_counter()
        with urllib.request.urlopen(f"http://127.0.0.1:{server.effective_port}/") as response:
            size = len(response.read())
        times.append(time.perf_counter() - begun)
    return statistics.median(times[1:]), size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    program = str(Path(sys.executable).with_name("har-search"))
    print("| trials | bare import, s | leaderboard, s | over it, s | page, ms | page, kB |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for trials in arguments.trials:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "many.db"
            url = f"sqlite:///{path}"
            init(load_spec("homework"), url, locate("simulated"))
            connection = sqlite3.connect(path)
            connection.execute(
                "UPDATE study_user_attributes SET value_json = replace(value_json, 'simulated', "
                "'uci-har') WHERE key = 'har_search:dataset'"
            )
            connection.execute("UPDATE studies SET study_name = 'homework'")
            connection.commit()
            connection.close()
            write_trials(path, trials)
            pairs = [
                (
                    seconds([sys.executable, "-c", BARE]),
                    seconds([program, "leaderboard", "--storage", url]),
                )
                for _ in range(arguments.rounds)
            ]
            bare, board = (statistics.median(each) for each in zip(*pairs, strict=True))
            page, size = page_seconds(url, arguments.rounds)
        print(
            f"| {trials:,} | {bare:.2f} | {board:.2f} | {board - bare:.2f} "
            f"| {1000 * page:.0f} | {size / 1000:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
