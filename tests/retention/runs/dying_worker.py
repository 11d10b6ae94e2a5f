"""Real workers that die by SIGKILL: ``python -m tests.retention.runs.dying_worker ROWS`` and then lines on its input.

``PK border DONE`` dies at the first border whose name is not in the file DONE, and writes it there – after so many new
ones as the file ``spare`` beside it says; ``PK after SECONDS`` dies then; ``PK live`` lives. Each line is worked off by
a process of its own, forked from this one so that a hundred of them cost little; how it ended is printed: ``-9``, or 0
when it came through.

Borders lie before and after every commit of ours and of the platform's, every look and every change of a storage; each
has the name of the step that is on, so every border of every step is met. ROWS is the most that one batch takes.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

django.setup()

from retention import deleting, finishing, stepping, stepping_places  # noqa: E402 – needs Django
from retention.erasers.database import DatabaseEraser  # noqa: E402
from retention.erasers.files import FileEraser  # noqa: E402
from retention.erasers.postgresql import PostgresSession  # noqa: E402
from retention.run_ledger import RunLedger  # noqa: E402
from retention.stepping import Turn  # noqa: E402

ROWS = int(sys.argv[1])
step = "start"
done: Path | None = None


def border(name: str) -> None:
    """Dies here when nobody has died here before."""
    if done is None:
        return
    label = f"{step}: {name}"
    known = done.read_text().splitlines() if done.exists() else []
    if label not in known:
        done.write_text("\n".join([*known, label]))
        spare = done.with_name("spare")
        if spare.exists() and (left := int(spare.read_text())):
            spare.write_text(str(left - 1))
            return
        os.kill(os.getpid(), signal.SIGKILL)


def bordered(owner: Any, name: str) -> None:
    whole: Callable[..., Any] = getattr(owner, name)

    def with_borders(*args: Any, **kwargs: Any) -> Any:
        border(f"before {name}")
        result = whole(*args, **kwargs)
        border(f"after {name}")
        return result

    setattr(owner, name, with_borders)


def bordered_context(owner: Any, name: str) -> None:
    whole: Callable[..., Any] = getattr(owner, name)

    @contextmanager
    def with_borders(*args: Any, **kwargs: Any) -> Iterator[Any]:
        with whole(*args, **kwargs) as found:
            border(f"in {name}")
            yield found
            border(f"before the commit of {name}")
        border(f"after the commit of {name}")

    setattr(owner, name, with_borders)


def named(whole: Callable[..., Any], name_of: Callable[..., str]) -> Callable[..., Any]:
    def with_name(*args: Any, **kwargs: Any) -> Any:
        global step
        step = name_of(*args)
        return whole(*args, **kwargs)

    return with_name


def in_small_batches() -> None:
    whole = DatabaseEraser.delete_batch

    def small(self: DatabaseEraser, table: str, guard: Any, limit: int = ROWS, **rest: Any) -> int:
        return whole(self, table, guard, min(limit, ROWS), **rest)

    DatabaseEraser.delete_batch = small  # type: ignore[method-assign]
    files = FileEraser.delete_batch
    FileEraser.delete_batch = lambda self, prefix, guard: files(self, prefix, guard, 1)  # type: ignore[method-assign,assignment,misc]


in_small_batches()
stepping.HOLDING_SECONDS = 0.02  # some batches go alone, some together under one holding of the locks
bordered_context(RunLedger, "holding")
bordered_context(PostgresSession, "transaction")
for owner, name in (
    (DatabaseEraser, "verify"), (DatabaseEraser, "tidy"), (DatabaseEraser, "missing"), (FileEraser, "remember"),
    (FileEraser, "delete_batch"), (FileEraser, "verify"), (deleting, "opened"), (deleting, "claim"),
):  # fmt: skip
    bordered(owner, name)
for kind, erase in stepping_places._OWN.items():
    holder = type("Own", (), {"erase": staticmethod(erase)})
    bordered(holder, "erase")
    stepping_places._OWN[kind] = holder.erase
Turn.work = named(Turn.work, lambda turn: f"{turn.first.kind} {turn.first.name}")  # type: ignore[method-assign]
deleting.work_own = named(deleting.work_own, lambda _ledger, _known, own: own.kind)
finishing.live_erased = named(finishing.live_erased, lambda _run: "end")
bordered(finishing, "live_erased")


def die_after(seconds: float) -> None:
    def wait() -> None:
        time.sleep(seconds)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def worked_off(line: str) -> int:
    """Forks a worker for one line; how it ended."""
    pk, how, *more = line.split()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    global done
    if how == "border":
        done = Path(more[0])
    elif how == "after":
        die_after(float(more[0]))
    try:
        deleting.work(int(pk))
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    print("ready", flush=True)
    for line in sys.stdin:
        print(worked_off(line), flush=True)
