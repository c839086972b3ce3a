"""The machine and its processes: how many cores, which process this is, which is no more."""

from __future__ import annotations

import os
import socket

import psutil

START_TOLERANCE_SECONDS = 5.0  # a corrected clock moves the start of a process, too


def this_worker() -> str:
    """Name this process among all machines': host, process namespace, process, its start."""
    try:
        namespace = os.stat("/proc/self/ns/pid").st_ino  # containers may share a host's name
    except OSError:
        namespace = 0
    process = psutil.Process()
    return f"{socket.gethostname()}/{namespace}/{process.pid}/{process.create_time():.2f}"


def is_dead_here(worker: str) -> bool:
    """Return whether a worker ran on this machine and is no more; False where it cannot be told."""
    host, namespace, number, started = worker.rsplit("/", 3)
    if this_worker().rsplit("/", 3)[:2] != [host, namespace]:
        return False
    try:
        process = psutil.Process(int(number))
        another = abs(process.create_time() - float(started)) > START_TOLERANCE_SECONDS
        return another or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False


def core_count() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
