"""One command at a time, on however many machines: a lock that ends with the process that holds it.

On PostgreSQL an advisory lock of a connection that is used for nothing else, so that no transaction of the work and no
reconnection lets go of it; on SQLite a locked file in ``DELETION_WORK_DIR``, because then there is one machine.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

_LOCK = 0x656E666F726365  # "enforce"


class NotAloneError(Exception):
    """The lock was lost while it was needed; the message says how."""


class Lock:
    """What is held; ``still`` asks whether that is so."""

    def __init__(self, held: BaseDatabaseWrapper | None) -> None:
        self._held = held

    def still(self) -> None:
        """NotAloneError where the database has ended the session, and the lock with it."""
        if self._held is None:
            return
        try:
            with self._held.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
                if cursor.fetchone():
                    return
        except DatabaseError as error:
            raise NotAloneError(f"The lock was lost: {error}") from error
        raise NotAloneError("The lock was lost: the database began a new session.")


@contextmanager
def alone() -> Iterator[Lock | None]:
    """The lock, or None where another process has it."""
    with _session() if connection.vendor == "postgresql" else _file() as lock:
        yield lock


@contextmanager
def _session() -> Iterator[Lock | None]:
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
            held = bool(cursor.fetchone()[0])
        yield Lock(own) if held else None
    finally:
        own.close()


@contextmanager
def _file() -> Iterator[Lock | None]:
    place = Path(settings.DELETION_WORK_DIR)
    place.mkdir(parents=True, exist_ok=True)
    with (place / "enforce_retention.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield Lock(None)
