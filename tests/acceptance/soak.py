"""A class at high speed, with faults by chance: `python -m tests.acceptance.soak --seed 1`.

Run by hand, for as long as `--minutes` says. `--postgresql` takes a server behind the proxy, not an
SQLite file. Students search a few studies, look at them, and delete one. Meanwhile runs and
workers are killed and stopped, and the database goes away. Then what is promised is checked, and a
table is printed; the exit code is 1 where a check failed.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import optuna
import psutil
import sqlalchemy

from har_search.errors import HarSearchError
from har_search.storage import schema
from har_search.storage.database import open_for_writing
from tests.acceptance.conftest import STUDY
from tests.acceptance.proxy import Proxy
from tests.acceptance.test_faults import Server
from tests.earlier.plain_data import write_plain_data

STUDIES, STUDENTS = ("one", "two", "three"), ("ann", "bob", "cleo", "dan")
DOOMED = "doomed"  # the study that is deleted in mid-search
SEARCHES, LOOKS = 4, 2  # at once
MORE_TRIALS = 20  # of a study whose budget is reached
LONGEST_SECONDS = 240.0  # for any command to end once the faults are over
WORKER = "spawn_main"


@dataclass
class Command:
    """A command in a process of its own."""

    words: list[str]
    process: subprocess.Popen[bytes]
    log: Path
    study: str = ""

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def workers(self) -> list[psutil.Process]:
        with suppress(psutil.Error):
            children = psutil.Process(self.process.pid).children()
            return [each for each in children if WORKER in " ".join(each.cmdline())]
        return []


@dataclass
class Class:
    """What runs now, and what has happened."""

    folder: Path
    url: str  # as the students have it
    direct: str  # past the proxy
    chance: random.Random
    proxy: Proxy | None = None
    server: Server | None = None
    searches: list[Command] = field(default_factory=list)
    looks: list[Command] = field(default_factory=list)
    ended: list[Command] = field(default_factory=list)
    budgets: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STUDIES, MORE_TRIALS))
    paused: list[tuple[float, psutil.Process]] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    exits: Counter[str] = field(default_factory=Counter)
    started: int = 0

    def start(self, *words: str, study: str = "") -> Command:
        log = self.folder / f"log-{self.started:05}.txt"
        self.started += 1
        name, *rest = words
        line = [sys.executable, "-m", "har_search", name, "--storage", self.url, *rest]
        with log.open("wb") as file:
            process = subprocess.Popen(
                line,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=os.environ | {"SOAK": str(self.folder)},
                start_new_session=True,
            )
        return Command([name, *rest], process, log, study)

    def search(self, study: str, workers: int, trials: int) -> Command:
        student = self.chance.choice(STUDENTS)
        words = ["--study", f"{study}.toml", "--trials", str(trials), "--workers", str(workers)]
        return self.start("run", *words, "--student", student, "--patience", "60s", study=study)

    def keep_searching(self) -> None:
        """Collect what has ended, and start what a class would."""
        for running in (self.searches, self.looks):
            for command in [each for each in running if each.process.poll() is not None]:
                running.remove(command)
                self.collect(command)
        while len(self.searches) < SEARCHES:
            study = self.chance.choice([*STUDIES, DOOMED])
            trials = self.budgets.get(study, 1000)
            self.searches.append(self.search(study, self.chance.randint(1, 2), trials))
            self.events["searches started"] += 1
        if len(self.looks) < LOOKS and self.chance.random() < 0.2:
            self.looks.append(self.start(*self.look()))
            self.events[f"{self.looks[-1].words[0]}"] += 1

    def collect(self, command: Command) -> None:
        self.ended.append(command)
        code = command.process.returncode
        self.exits[f"{command.words[0]}: {code}"] += 1
        if command.study in self.budgets and code == 0:
            self.budgets[command.study] += MORE_TRIALS

    def look(self) -> list[str]:
        """Return a command that looks at a study, or examines a trial of it."""
        study, trial = self.chance.choice(STUDIES), str(self.chance.randrange(MORE_TRIALS))
        of_study = ["--study", study]
        return self.chance.choice(
            [
                ["leaderboard", *of_study],
                ["leaderboard", "--format", "json"],
                ["report", *of_study, "--to", f"report-{self.started}.html"],
                ["show", trial, *of_study],
                ["export", trial, *of_study, "--to", f"export-{self.started}"],
                ["confirm", trial, *of_study, "--seeds", "3", "--workers", "1"],
                ["reproduce", trial, *of_study],
            ]
        )

    def resume(self, *, everything: bool = False) -> None:
        """Let go on what was stopped for long enough."""
        now = time.monotonic()
        for until, process in list(self.paused):
            if everything or until <= now:
                self.paused.remove((until, process))
                with suppress(psutil.Error):
                    process.resume()


def fault(state: Class) -> None:
    """Do one thing wrong."""
    kinds: list[Callable[[Class], str | None]] = [ctrl_c, kill_run, *[kill_worker] * 2]
    kinds += [end_worker, stop_worker, stop_run, delete_study]
    kinds += [cut, fall_silent, be_slow, lose_answers, restart] if state.proxy else [hold_lock]
    kind = state.chance.choice(kinds)(state)
    if kind:
        state.faults[kind] += 1


def a_worker(state: Class) -> psutil.Process | None:
    workers = [each for search in state.searches for each in search.workers()]
    return state.chance.choice(workers) if workers else None


def signalled(process: psutil.Process | None, number: int, kind: str) -> str | None:
    if process is None:
        return None
    with suppress(psutil.Error):
        process.send_signal(number)
        return kind
    return None


def a_run(state: Class) -> psutil.Process | None:
    with suppress(psutil.Error, IndexError):
        return psutil.Process(state.chance.choice(state.searches).process.pid)
    return None


def ctrl_c(state: Class) -> str | None:
    return signalled(a_run(state), signal.SIGINT, "Ctrl-C of a run")


def kill_run(state: Class) -> str | None:
    return signalled(a_run(state), signal.SIGKILL, "kill -9 of a run")


def kill_worker(state: Class) -> str | None:
    return signalled(a_worker(state), signal.SIGKILL, "kill -9 of a worker")


def end_worker(state: Class) -> str | None:
    return signalled(a_worker(state), signal.SIGTERM, "SIGTERM to a worker")


def stopped(state: Class, process: psutil.Process | None, kind: str) -> str | None:
    done = signalled(process, signal.SIGSTOP, kind)
    if done and process is not None:
        seconds = state.chance.choice([1, 5, 10, 40])  # after 30 s others take it for dead
        state.paused.append((time.monotonic() + seconds, process))
    return done


def stop_worker(state: Class) -> str | None:
    return stopped(state, a_worker(state), "SIGSTOP of a worker, 1 to 40 s")


def stop_run(state: Class) -> str | None:
    return stopped(state, a_run(state), "SIGSTOP of a run, 1 to 40 s")


def delete_study(state: Class) -> str | None:
    if not any(each.study == DOOMED for each in state.searches):
        return None
    with suppress(KeyError, HarSearchError), open_for_writing(state.direct) as storage:
        optuna.delete_study(storage=storage, study_name=DOOMED)
        return "study deleted in mid-search"
    return None


def hold_lock(state: Class) -> str | None:
    path = sqlalchemy.make_url(state.direct).database
    connection = sqlite3.connect(str(path), timeout=30)
    with suppress(sqlite3.OperationalError):
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(state.chance.uniform(0.5, 3))
    connection.close()
    return "SQLite file locked, 0.5 to 3 s"


def cut(state: Class) -> str | None:
    assert state.proxy is not None
    state.proxy.cut()
    return "every connection cut"


def fall_silent(state: Class) -> str | None:
    assert state.proxy is not None
    state.proxy.silent = True
    time.sleep(state.chance.uniform(0.5, 6))
    state.proxy.silent = False
    return "database silent, 0.5 to 6 s"


def be_slow(state: Class) -> str | None:
    assert state.proxy is not None
    state.proxy.delay_seconds = 0.1
    time.sleep(state.chance.uniform(0.5, 4))
    state.proxy.delay_seconds = 0
    return "database slow, 0.1 s an answer"


def lose_answers(state: Class) -> str | None:
    assert state.proxy is not None
    state.proxy.lose = 0.06
    time.sleep(state.chance.uniform(0.5, 4))
    state.proxy.lose = 0
    return "6 % of answers lost, 0.5 to 4 s"


def restart(state: Class) -> str | None:
    assert state.server is not None
    state.server.control("restart", "-m", state.chance.choice(["immediate", "fast"]))
    return "PostgreSQL restarted"


@contextmanager
def visited(state: Class) -> Iterator[Callable[[], list[str]]]:
    """Run a dashboard with a visitor; yield what asks each page and returns what went wrong."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    dashboard = state.start("dashboard", "--port", port)
    done = threading.Event()

    def visit() -> list[str]:
        wrong = []
        for page in ("/", "/?study=one", "/dashboard/", "/api/studies"):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=60) as answer:
                    status = str(answer.status)
            except urllib.error.HTTPError as error:
                status = str(error.code)
            except OSError as error:
                status = type(error).__name__
            state.events[f"pages answered with {status}"] += 1
            wrong += [f"{page}: {status}"] * (status != "200")
        return wrong

    def visit_on() -> None:
        while not done.wait(1):
            visit()

    visitor = threading.Thread(target=visit_on, daemon=True)
    time.sleep(15)  # it has to start
    visitor.start()
    yield visit
    done.set()
    visitor.join(300)
    dashboard.process.terminate()
    dashboard.process.wait(60)
    state.ended.append(dashboard)


def wait_for(commands: list[Command]) -> list[str]:
    """Wait until they have ended by themselves; return those that did not, which are killed."""
    deadline, hung = time.monotonic() + LONGEST_SECONDS, []
    for command in commands:
        try:
            command.process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            hung.append(f"{' '.join(command.words)} ({command.log.name})")
            for process in [*command.workers(), command.process]:
                process.kill()
            command.process.wait()
    return hung


def complete(state: Class) -> list[str]:
    """Let what runs end, then search each study to its end; return what went wrong."""
    left = [*state.searches, *state.looks]
    doomed = [each for each in state.searches if each.study == DOOMED]
    for command in doomed:
        command.process.send_signal(signal.SIGINT)
    wrong = [f"did not end: {each}" for each in wait_for(left)]
    for command in left:
        state.collect(command)
    for study in STUDIES:
        last = state.search(study, 2, state.budgets[study])
        wrong += [f"did not end: {each}" for each in wait_for([last])]
        if last.process.returncode:
            wrong.append(f"the last run of {study}: exit {last.process.returncode}")
        state.ended.append(last)
    return wrong


def counted(state: Class) -> list[str]:
    """Return where budgets or claims are not as promised."""
    wrong = []
    with open_for_writing(state.direct) as storage:
        for study, budget in state.budgets.items():
            trials = optuna.load_study(study_name=study, storage=storage).trials
            states = Counter(each.state.name for each in trials)
            finished = states["COMPLETE"] + states["PRUNED"]
            state.events["finished trials"] += finished
            state.events["failed trials, tried again"] += states["FAIL"]
            if finished != budget:
                wrong.append(f"{study}: {finished} finished of {budget}")
            if states["RUNNING"]:
                numbers = [each.number for each in trials if each.state.name == "RUNNING"]
                wrong.append(f"{study}: running: {numbers}")
        of_ours = schema.claims.c.study_name.in_(STUDIES)
        if claims := storage.fetch(sqlalchemy.select(schema.claims).where(of_ours)):
            wrong.append(f"claims left: {claims}")
    return wrong


def in_logs(state: Class) -> list[str]:
    """Return what no log may hold, each kind once."""
    wrong: Counter[str] = Counter()
    for each in state.ended:
        name, output, code = each.words[0], each.output, each.process.returncode
        if code == -signal.SIGKILL:  # Python's own words of a worker whose start was broken off
            output = "" if "Ran out of input" in output else output
        errors = re.findall(r"^(?:\w+\.)*(\w+(?:Error|Exception)\b.{,60})", output, re.MULTILINE)
        if "Traceback" in output:
            wrong[f"traceback in {name} of {each.study or 'all'}: {(errors or [''])[-1]}"] += 1
        if code == 1 and "error: " not in output:
            wrong[f"{name}: exit 1 without a reason"] += 1
    return [f"{kind} ({count} logs)" for kind, count in wrong.items()]


def left_behind(state: Class) -> list[str]:
    """Return processes of ours that are still there, after as long as orphans may take."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        left = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get("SOAK") == str(state.folder):
                    left.append(f"left behind: {' '.join(process.cmdline())}")
        if not left:
            return []
        time.sleep(1)
    return left


def soak(state: Class, minutes: float) -> list[str]:
    """Run the class; return what went wrong."""
    write_plain_data(state.folder / "UCI HAR Dataset")
    for study in (*STUDIES, DOOMED):
        text = STUDY.format(epochs=40).replace('"short"', f'"{study}"')
        (state.folder / f"{study}.toml").write_text(text)
        made = state.start("init", "--study", f"{study}.toml")
        made.process.wait()
        state.ended.append(made)
    with visited(state) as visit:
        deadline = time.monotonic() + 60 * minutes
        while time.monotonic() < deadline:
            state.keep_searching()
            state.resume()
            if state.chance.random() < 0.4:
                fault(state)
            time.sleep(state.chance.uniform(0.1, 0.8))
        state.resume(everything=True)
        wrong = complete(state)
        wrong += [f"page {each}" for each in visit()]
    return [*wrong, *counted(state), *in_logs(state), *left_behind(state)]


def table(state: Class, wrong: list[str]) -> str:
    lines = ["| what | count |", "| --- | ---: |"]
    for counts in (state.faults, state.events, state.exits):
        lines += [f"| {kind} | {count} |" for kind, count in sorted(counts.items())]
    return "\n".join([*lines, f"| checks that failed | {len(wrong)} |", "", *wrong])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    os.environ["HAR_SEARCH_DATA"] = str(folder / "UCI HAR Dataset")
    os.environ["HAR_SEARCH_CACHE_DIR"] = str(folder / "cache")
    chance = random.Random(options.seed)
    if options.postgresql:
        server = Server(folder / "postgresql")
        with Proxy(server.url, options.seed) as proxy:
            state = Class(folder, proxy.url, server.url, chance, proxy, server)
            wrong = soak(state, options.minutes)
        server.server.cleanup()
    else:
        url = f"sqlite:///{folder / 'har-search.db'}"
        state = Class(folder, url, url, chance)
        wrong = soak(state, options.minutes)
    print(table(state, wrong), f"\nlogs: {folder}", sep="\n")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
