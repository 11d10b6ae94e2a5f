"""The application behind gunicorn, on the tests' own database and storage: what a customer's machine talks to."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from tests.servers.ground import free_port, wait_until_answers


class Served:
    """``address`` of the running application; ``workers()`` are its processes that answer."""

    def __init__(self, address, process):
        self.address, self._process = address, process

    def workers(self):
        found = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return [int(pid) for pid in found]

    def most_memory(self):
        """The most that any of them has had in memory, in megabytes."""
        found = []
        for pid in self.workers():
            status = Path(f"/proc/{pid}/status").read_text()
            found.append(int(status.partition("VmHWM:")[2].split()[0]) / 1024)
        return max(found)


@contextmanager
def served(database_url, folder, *options, **environment):
    """gunicorn's plain workers, as the README starts them."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "offboarding.wsgi", "--workers", "2", *options]
    setting = os.environ | {"DATABASE_URL": database_url, "SITE_URL": address, **environment}
    with (folder / "gunicorn.log").open("w") as log:
        process = subprocess.Popen([*command, "--bind", f"127.0.0.1:{port}"], env=setting, stdout=log, stderr=log)
        try:
            wait_until_answers(f"{address}/help/leaving/")
            yield Served(address, process)
        finally:
            process.terminate()
            process.wait(30)


def curl(*arguments, folder, check=True):
    """Runs curl there; gives the finished process."""
    return subprocess.run(
        ["curl", "--silent", "--show-error", *arguments], cwd=folder, capture_output=True, text=True, check=check
    )
