"""Whether the application and its own database agree on what time it is."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone


def database_now() -> datetime:
    """The moment it is by the clock of the application's own database; SQLite has none of its own."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    return moment if isinstance(moment, datetime) else timezone.now()


def apart() -> timedelta:
    """The application's clock minus the database's."""
    before = timezone.now()
    theirs = database_now()
    return before + (timezone.now() - before) / 2 - theirs
