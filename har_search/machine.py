"""The machine and its processes: how many cores, which process this is, which is no more."""

from __future__ import annotations

import os
import socket
import sys
import uuid
from contextlib import suppress
from pathlib import Path

import psutil

_LINUX = sys.platform == "linux"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def this_worker() -> str:
    """Name this process among those of all machines: `HOST/MACHINE/NAMESPACE/PROCESS/START`.

    The host's name is for people. Cloned machines share it, so the machine is named by something of
    its own, and the namespace tells containers on one machine apart.
    """
    process = os.getpid()
    return f"{socket.gethostname()}/{_machine()}/{_namespace()}/{process}/{_start(process)}"


def is_dead_here(worker: str) -> bool:
    """Return whether a worker ran on this machine and is no more, on proof alone.

    False where it cannot be told, as of a worker on another machine, one whose process is hidden
    from this user, or one that an earlier version named: its beats tell then.
    """
    parts = worker.rsplit("/", 4)
    if len(parts) != 5 or parts[1:3] != [_machine(), _namespace()]:
        return False
    process, start = int(parts[3]), parts[4]
    if not _is_there(process):
        return True
    with suppress(OSError, psutil.Error):  # hidden, or gone just now
        return _start(process) != start or _is_zombie(process)
    return False


def _machine() -> str:
    """Return what no two running machines share: on Linux the boot, elsewhere a network card."""
    with suppress(OSError):
        return _BOOT_ID.read_text().strip()
    return f"{uuid.getnode():012x}"  # a random number, another in each process, where it has none


def _namespace() -> str:
    """Return the namespace of process numbers; 0 where there are none."""
    with suppress(OSError):
        return str(os.stat("/proc/self/ns/pid").st_ino)
    return "0"


def _is_there(process: int) -> bool:
    """Return whether a process of that number runs, be it another user's."""
    if sys.platform == "win32":
        return psutil.pid_exists(process)
    try:
        os.kill(process, 0)  # asks alone; also where /proc hides other users' processes
    except ProcessLookupError:
        return False
    except OSError:
        pass  # another user's
    return True


def _start(process: int) -> str:
    """Return when a process started, in a form that a corrected clock does not change.

    On Linux in clock ticks since boot: psutil counts from the boot's time of day, which moves with
    the clock. Elsewhere the system keeps the time of day that it had at the start.

    Raises:
        OSError, psutil.Error: there is no such process, or it is hidden.
    """
    if _LINUX:
        return _status(process)[19]
    return f"{psutil.Process(process).create_time():.2f}"


def _is_zombie(process: int) -> bool:
    if _LINUX:
        return _status(process)[0] == "Z"
    return psutil.Process(process).status() == psutil.STATUS_ZOMBIE


def _status(process: int) -> list[str]:
    """Return the fields of a process's `/proc/PID/stat` from its state on (proc(5): field 3)."""
    # The program's name before them is in brackets, and may hold any of these, too.
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def core_count() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
