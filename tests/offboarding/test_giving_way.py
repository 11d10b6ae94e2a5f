"""Workers of the queue give way to people."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

STARTED = """
import os, django
django.setup()
from django_q.signals import post_spawn
post_spawn.send("django_q", proc_name="Process-1")
print(os.getpriority(os.PRIO_PROCESS, 0))
"""


@pytest.mark.parametrize(("wanted", "already", "found"), [("7", 0, 7), ("0", 0, 0), ("5", 12, 12)])
def test_a_worker_gives_way_as_it_starts_and_never_takes_it_back(wanted, already, found):
    own = os.getpriority(os.PRIO_PROCESS, 0)
    values = os.environ | {
        "DJANGO_SETTINGS_MODULE": "offboarding.settings", "DEBUG": "true", "WORKER_NICENESS": wanted,
        "DATABASE_URL": "sqlite://:memory:",
    }  # fmt: skip
    said = subprocess.run(
        [sys.executable, "-c", STARTED], env=values, check=True, capture_output=True, text=True,
        preexec_fn=lambda: os.nice(already),
    )  # fmt: skip
    assert int(said.stdout) == max(found, own)
