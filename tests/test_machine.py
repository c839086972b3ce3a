"""Which process this is, and which is no more."""

import os
import subprocess
import sys

from har_search.machine import is_dead_here, this_worker
from tests.helpers import ELSEWHERE


def test_a_process_that_is_gone_is_dead_and_others_are_not() -> None:
    script = "from har_search.machine import this_worker; print(this_worker())"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert is_dead_here(ran.stdout.strip())
    assert not is_dead_here(this_worker())
    assert not is_dead_here(ELSEWHERE)
    host, namespace, pid, _ = this_worker().split("/")
    assert int(pid) == os.getpid()
    assert is_dead_here(f"{host}/{namespace}/{pid}/1.00")  # another process of that number
