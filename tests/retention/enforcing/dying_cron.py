"""Real calls of cron that die by SIGKILL: ``python -m tests.retention.enforcing.dying_cron ROWS``, then lines as input.

A line is ``WHEN border DONE``, ``WHEN after SECONDS`` or ``WHEN live``, as ``tests.retention.runs.dying_worker`` reads
them, but for the moment at which the call believes to be made. Besides that one's borders there is one before and after
each verb that cron calls and before and after each entry of the journal, within its transaction. Printed is how the
call ended: its exit code, ``-9``, or 75 where the dead one's lock was not yet let go.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import time_machine

from tests.retention.runs import dying_worker as dying  # sets Django up

from django.core.management import CommandError, call_command  # isort: skip
from django.utils import timezone  # isort: skip

from exports import jobs  # isort: skip
from offboarding import journal  # isort: skip
from retention import approvals, attestations, clocks, finishing, keeping_duties, plans, runs, verifications  # isort: skip

NOT_YET = 75

clocks.database_now = timezone.now  # type: ignore[assignment]
for owner, name in (
    (plans, "make"), (approvals, "ask"), (runs, "start"), (runs, "resume"), (jobs, "expire"), (verifications, "look"),
    (finishing, "finalise"), (keeping_duties, "sync"), (attestations, "remind"),
):  # fmt: skip
    dying.bordered(owner, name)
record: Callable[..., Any] = journal.record


def recorded(event: str, **told: Any) -> Any:
    dying.border(f"before the entry {event}")
    entry = record(event, **told)
    dying.border(f"after the entry {event}")
    return entry


journal.record = recorded


def called(line: str) -> int:
    """Forks a call for one line; how it ended."""
    when, how, *more = line.split()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if how == "border":
        dying.done = Path(more[0])
    elif how == "after":
        dying.die_after(float(more[0]))
    with time_machine.travel(datetime.fromisoformat(when), tick=True):
        os._exit(_ended())


def _ended() -> int:
    said = StringIO()
    try:
        call_command("enforce_retention", stdout=said)
    except CommandError as error:
        print(said.getvalue(), error, file=sys.stderr)
        return int(error.returncode)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 99
    return NOT_YET if "another enforce_retention" in said.getvalue() else 0


if __name__ == "__main__":
    print("ready", flush=True)
    for line in sys.stdin:
        print(called(line), flush=True)
