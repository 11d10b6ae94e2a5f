"""Rows of the queue and of sessions that speak of a customer: numbers of its jobs, tracebacks, addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.signing import BadSignature
from django_q.models import OrmQ, Task
from django_q.signing import SignedPackage

from exports.models import ExportJob
from offboarding.models import Customer
from retention.models import DeletionRun
from retention.reducing_people import accounts_of, addresses_of

EXPORT, DELETION = "exports.tasks.run_export", "retention.tasks.run_deletion"


def count(customer: Customer) -> dict[str, int]:
    """How many there are of each kind."""
    return {name: len(rows) for name, rows in _rows(customer).items()}


def erase(customer: Customer) -> dict[str, int]:
    """Deletes them; how many of each kind went."""
    found = _rows(customer)
    OrmQ.objects.filter(pk__in=found["queued_tasks"]).delete()
    Task.objects.filter(pk__in=found["task_results"]).delete()
    Session.objects.filter(pk__in=found["sessions"]).delete()
    UserSession.objects.filter(session_key__in=found["sessions"]).delete()
    return {name: len(rows) for name, rows in found.items()}


def _rows(customer: Customer) -> dict[str, list[Any]]:
    about = _Tasks(customer)
    return {
        "queued_tasks": list(about.queued()),
        "task_results": list(about.results()),
        "sessions": list(_sessions(customer)),
    }


class _Tasks:
    """Tasks about the customer's exports, and about its deletions that are over.

    The task of the deletion that is on stays: it is working just now, holds a number and is taken off the queue when
    it ends.
    """

    def __init__(self, customer: Customer) -> None:
        over = DeletionRun.objects.filter(customer=customer).exclude(state__in=DeletionRun.OPEN)
        self.numbers = {
            EXPORT: set(ExportJob.objects.filter(customer=customer).values_list("pk", flat=True)),
            DELETION: set(over.values_list("pk", flat=True)),
        }

    def queued(self) -> Iterator[int]:
        for pk, payload in OrmQ.objects.values_list("pk", "payload").iterator():
            try:
                task = SignedPackage.loads(payload)
            except (BadSignature, TypeError, ValueError):
                continue  # signed with another key: none of ours
            if self.meant(task.get("func"), task.get("args")):
                yield pk

    def results(self) -> Iterator[str]:
        rows = Task.objects.filter(func__in=self.numbers).values_list("pk", "func", "args")
        for pk, func, arguments in rows.iterator():
            if self.meant(func, arguments):
                yield pk

    def meant(self, func: Any, arguments: Any) -> bool:
        numbers = self.numbers.get(func, set()) if isinstance(func, str) else set()
        return bool(numbers & {value for value in arguments or () if isinstance(value, int)})


def _sessions(customer: Customer) -> Iterator[str]:
    """Sessions of people at the customer, and any other that holds one of their addresses: they sign in anew."""
    addresses = addresses_of(customer)
    if not addresses:
        return
    users = {str(pk) for pk in accounts_of(customer).values_list("pk", flat=True)}
    for session in Session.objects.iterator():
        data = session.get_decoded()
        said = json.dumps(data, ensure_ascii=False, default=str).lower()
        if str(data.get("_auth_user_id")) in users or any(address in said for address in addresses):
            yield session.pk
