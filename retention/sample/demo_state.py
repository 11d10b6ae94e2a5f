"""Whether this is the demo, and what day it is in it: one small file beside the demo's database.

The demo's clock runs ahead of the real one by what the file says; ``timezone.now`` of every process – the server, the
queue's worker, cron – asks it. Outside the demo there is no such file, and nothing here does anything.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

_REAL = timezone.now
_read: tuple[int, dict[str, str]] = (0, {})
"""When the file was changed last, and what it said then."""


def is_demo() -> bool:
    """With DEBUG only, and only with the database that the demo made."""
    return settings.DEBUG and _told().get("database") == _database()


def begin() -> None:
    """From now on this database is the demo's; its clock is left as it is."""
    if not settings.DEBUG:
        raise RuntimeError("There is no demo without DEBUG.")
    _write(ahead().total_seconds() if is_demo() else 0)
    install()


def ahead() -> timedelta:
    """How far the demo's clock is before the real one."""
    told = _told()
    return timedelta(seconds=float(told["ahead"])) if told.get("database") == _database() else timedelta(0)


def set_clock(moment: datetime) -> timedelta:
    """The demo's clock shows ``moment`` from now on; gives how far it went. ValueError for a step back."""
    before = ahead()
    after = moment - _REAL()
    if after < before:
        raise ValueError("The demo's clock only goes forward: what has happened has happened.")
    _write(after.total_seconds())
    return after - before


def install() -> None:
    """Lets this process's clock follow the demo's."""
    timezone.now = now


def uninstall() -> None:
    """This process's clock is the real one again."""
    timezone.now = _REAL


def real_now() -> datetime:
    """The moment it really is."""
    return _REAL()


def now() -> datetime:
    """The moment it is in the demo."""
    return _REAL() + ahead()


def place() -> Path:
    """The file: beside the database where that is a file, else in ``var``."""
    told = settings.DATABASES["default"]
    beside = (
        Path(told["NAME"]) if told["ENGINE"].endswith("sqlite3") else Path(settings.BASE_DIR) / "var" / "offboarding"
    )
    return beside.with_suffix(".demo.json")


def _told() -> dict[str, str]:
    """What the file says; {} where there is none that can be read."""
    global _read
    try:
        changed = place().stat().st_mtime_ns
        if changed != _read[0]:
            _read = (changed, json.loads(place().read_text()))
    except (OSError, ValueError):
        return {}
    return _read[1]


def _write(seconds: float) -> None:
    path = place()
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"database": _database(), "ahead": str(seconds)}))
    new.replace(path)


def _database() -> str:
    return str(settings.DATABASES["default"]["NAME"])
