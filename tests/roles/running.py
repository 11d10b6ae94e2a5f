"""How an action is tried: the request goes out, what it changed is counted, and all of it is taken back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

DENIED, DONE, MISSING = "denied", "done", "missing"
TO_A_DOOR = ("/accounts/", "/admin/login/", "/leaving/sign-in/")


def migrated(operation: Any) -> None:
    """Runs a migration's operation on the database of the tests."""
    from django.apps import apps
    from django.db import connection

    operation(apps, SimpleNamespace(connection=connection))


def tried(client: Any, method: str, place: str, data: Any = None, **options: Any) -> tuple[str, int, int]:
    """What came of it, the status, and how many journal entries it left; nothing of it stays."""
    from django.db import transaction

    from offboarding.models import JournalEntry

    with transaction.atomic():
        before = JournalEntry.objects.count()
        answer = getattr(client, method)(place, data, **options)
        if answer.streaming:
            list(answer)  # to its end, which closes the file and, other than close(), leaves the database open
        left = JournalEntry.objects.count() - before
        transaction.set_rollback(True)
    return _came(answer), answer.status_code, left


def _came(answer: Any) -> str:
    if answer.status_code in (401, 403, 405):
        return DENIED
    if answer.status_code == 404:
        return MISSING
    to = answer.headers.get("Location", "") if answer.status_code in (301, 302) else ""
    return DENIED if to.startswith(TO_A_DOOR) else DONE
