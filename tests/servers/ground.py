"""The ground every test server stands on: a guarded directory, an unprivileged user, a free port on loopback."""

from __future__ import annotations

import os
import pwd
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

GUARD = Path(__file__).with_name("guard.py")


class ServerError(RuntimeError):
    """A test server did not start; the text carries its own words."""


class Ground:
    """A temporary directory, owned by an unprivileged user, that a guard process removes when we are gone."""

    def __init__(self, name: str, *preferred_users: str) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix=f"offboarding-{name}-"))
        self.user = _unprivileged(*preferred_users)
        if self.user:
            shutil.chown(self.directory, self.user, pwd.getpwnam(self.user).pw_gid)
        self.guard = subprocess.Popen(
            [sys.executable, str(GUARD), str(self.directory)], stdin=subprocess.PIPE, start_new_session=True
        )

    @property
    def pid_file(self) -> Path:
        return self.directory / "server.pid"

    def identity(self) -> dict[str, Any]:
        """The arguments that let ``subprocess`` run something as the unprivileged user."""
        if not self.user:
            return {}
        return {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []}

    def run(self, *command: str | Path, **extra: Any) -> None:
        """Run a command to its end as the unprivileged user; ServerError with its output when it fails."""
        with (self.directory / "commands.log").open("a+b") as log:
            start = log.seek(0, os.SEEK_END)
            done = subprocess.run(
                [str(part) for part in command], cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, env=_plain_environment(), **self.identity(), **extra,
            )  # fmt: skip
            if done.returncode:
                log.seek(start)
                said = log.read().decode(errors="replace")
                raise ServerError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{said}")

    def close(self) -> None:
        """Stop the server and remove the directory now."""
        if self.guard.stdin and not self.guard.stdin.closed:
            self.guard.stdin.close()
        self.guard.wait()


def _plain_environment() -> dict[str, str]:
    """Our environment without what would steer the server's own tools (PGHOST, MYSQL_HOME …)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "MYSQL", "MARIADB"))}
    return {**kept, "LC_ALL": "C", "HOME": tempfile.gettempdir()}


def _unprivileged(*preferred: str) -> str:
    """Servers refuse to run as root: the first of these users that exists; '' when we are not root."""
    if os.geteuid() != 0:
        return ""
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in (*preferred, "nobody"):
        if name in known:
            return name
    raise ServerError("Run as root, and there is no user 'nobody' to run a test server as.")


def free_port() -> int:
    """A port of 127.0.0.1 nobody listens on, from below the range that outgoing connections take."""
    for _ in range(100):
        port = random.randint(20000, 32000)
        with socket.socket() as trial:
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerError("No free port on 127.0.0.1 between 20000 and 32000.")


def wait_until_answers(address: str, tries: int = 150) -> None:
    """Returns as soon as a page can be had there; ServerError where it cannot for half a minute."""
    for _try in range(tries):
        try:
            urlopen(address, timeout=10).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise ServerError(f"{address} does not answer")
