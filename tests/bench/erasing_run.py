"""A whole deletion run for ``tests.bench.erasing``: planned, approved, carried out, looked at, certified.

``python -m tests.bench.erasing_run PLATFORM OWN`` works in the application's own, empty database ``OWN``.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def erase(platform: str, own: str, folder: Path) -> dict[str, Any]:
    """Erases tenant 1; ``deleting`` are the seconds of all turns without their looks and VACUUM."""
    _environment(platform, own, folder)
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from retention import approvals, clocks, deleting, plans, runs
    from tests.retention.runs.case import at_its_end

    clocks.database_now = django.utils.timezone.now
    planner, approver = (
        User.objects.create(username=name, is_staff=True, is_superuser=True) for name in ("pia", "ada")
    )
    spent = Spent()
    plan = spent.timed("planning", lambda: plans.make_by(at_its_end("1", "alice", planner), by=planner))
    approvals.approve(plan, by=approver, typed_name="alice")
    run = runs.start_by(plan, by=planner)
    with spent.watched():
        spent.timed("whole", lambda: deleting.work(run.pk))
    run.refresh_from_db()
    assert (run.state, run.error) == ("live_erased", ""), (run.state, run.error, run.stopped_by)
    peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return spent.seconds | {"rows": sum(step.gone for step in run.steps.all()), "peak_mib": peak}


def _environment(platform: str, own: str, folder: Path) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "offboarding.settings",
        "DEBUG": "true",
        "DATABASE_URL": own,
        "PLATFORM_URL": platform,
        "DATA_MAP": str(Path(__file__).with_name("erasing.toml")),
        "DELETION_WORK_DIR": str(folder / "deletion"),
        "EXPORT_WORK_DIR": str(folder / "work"),
    }
    for name in ("DEFAULT", "EXPORTS", "EVIDENCE", "PLATFORM_MEDIA"):
        os.environ[f"STORAGE_{name}_URL"] = f"file://{folder / name.lower()}"
        (folder / name.lower()).mkdir()


class Spent:
    """Seconds by what they were spent on."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def timed(self, name: str, work: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        try:
            return work()
        finally:
            seconds = time.perf_counter() - started
            self.seconds[name] += seconds
            if name in ("deleting", "batch"):
                self.seconds[f"longest {name}"] = max(self.seconds[f"longest {name}"], seconds)
                self.seconds[f"number {name}"] += 1

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While it lasts, a run's own functions are timed."""
        from retention import asking
        from retention.erasers.database import DatabaseEraser
        from retention.stepping_places import TableTurn

        watched = (
            (TableTurn, "_batches", "deleting"),
            (DatabaseEraser, "delete_batch", "batch"),
            (TableTurn, "look", "looking"),
            (TableTurn, "tidy", "tidying"),
            (asking, "facts_now", "asking"),
            (asking, "facts_still", "asking"),
            (asking, "blockers", "asking"),
        )
        whole = [(owner, name, getattr(owner, name)) for owner, name, _what in watched]
        for owner, name, what in watched:
            setattr(owner, name, self._watching(getattr(owner, name), what))
        yield
        for owner, name, method in whole:
            setattr(owner, name, method)

    def _watching(self, method: Callable[..., Any], what: str) -> Callable[..., Any]:
        return lambda *args, **kwargs: self.timed(what, lambda: method(*args, **kwargs))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print(json.dumps(erase(sys.argv[1], sys.argv[2], Path(place))))
