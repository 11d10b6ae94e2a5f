"""Stops a server and removes its directory as soon as the test run is gone, however it went (even kill -9).

Usage: ``python guard.py DIRECTORY``; it waits for the end of its standard input, which the test run holds open.
The process whose number stands in ``DIRECTORY/server.pid`` is asked to stop, and killed when it does not. A second
line of that file names another signal to ask it with.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

PATIENCE = 10.0
"""Seconds a server has to stop before it is killed."""


def stop(pid_file: Path) -> None:
    """Stop the process named in the file; SIGQUIT is PostgreSQL's immediate and MariaDB's normal shutdown."""
    try:
        number, _, wanted = pid_file.read_text().strip().partition("\n")
        pid, asked = int(number), signal.Signals[wanted.strip() or "SIGQUIT"]
    except (FileNotFoundError, ValueError, KeyError):
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, asked)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            os.kill(pid, 0)
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    directory = Path(sys.argv[1])
    sys.stdin.buffer.read()
    stop(directory / "server.pid")
    shutil.rmtree(directory, ignore_errors=True)
