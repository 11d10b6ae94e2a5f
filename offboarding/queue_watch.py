"""Whether what should work by itself does: the queue's tasks, its workers' signs of life, the outbox.

A queue that stands still is no error of any case, so nothing else would tell a person of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import caches
from django.utils.translation import gettext as _
from django_q.conf import Conf
from django_q.models import OrmQ

from offboarding.desk_matters import Group, Matter, Moment, address_of, declare
from offboarding.models import Letter

PATIENCE = timedelta(minutes=10)
"""How long a task may wait in the queue before it is said."""
OUTBOX_PATIENCE = timedelta(hours=1)
MAY, ACTS = "exports.view_exportjob", "exports.retry_exportjob"
"""Who is told, and whose matter it is: whoever follows the work that the queue does, and whoever starts it again."""


def oldest_task(now: datetime) -> datetime | None:
    """Since when the longest waiting task could have been taken; None where none waits."""
    waiting: list[datetime] = OrmQ.objects.filter(lock__lte=now).order_by("lock").values_list("lock", flat=True)[:1]
    return next(iter(waiting), None)


def workers_live() -> bool:
    """Whether any cluster has shown a sign of life within the last seconds."""
    cache = caches[Conf.CACHE]
    return bool(cache.get_many(cache.get(Conf.Q_STAT) or []))


def oldest_letter(now: datetime) -> datetime | None:
    """Since when the longest waiting letter is due; None where none waits."""
    waiting: Any = Letter.objects.to_send(now)
    return waiting.order_by("due_at").values_list("due_at", flat=True).first()  # type: ignore[no-any-return]


def troubles(moment: Moment) -> Iterator[Matter]:
    """What stands still, each with what to do about it."""
    task = oldest_task(moment.now)
    if task is not None and moment.now - task > PATIENCE:
        text = _("No worker shows a sign of life. Start “manage.py qcluster”; “manage.py run_jobs” does the work once.")
        if workers_live():
            text = _(
                "Workers show signs of life and do not take it: they are busy with something long, or the queue is "
                "frozen and “manage.py qcluster” has to be started again."
            )
        yield Matter(
            _("A task waits in the queue"), address_of("exports_exportjob_changelist"), since=task, detail=text
        )
    letter = oldest_letter(moment.now)
    if letter is not None and moment.now - letter > OUTBOX_PATIENCE:
        text = _("Letters wait that should have gone out: does cron run “manage.py send_reminders”?")
        address = address_of("offboarding_letter_changelist") + "?state__exact=queued"
        yield Matter(_("The outbox is not sent"), address, since=letter, detail=text)


def watch(user: Any, moment: Moment) -> Iterator[Group]:
    """The group of the first page."""
    if not user.has_perm(MAY):
        return
    found = list(troubles(moment))
    if found:
        yield Group(
            "queue", 90, _("Work that stands still"), _("Whoever runs this application has to look at it."),
            _("Look"), found, len(found), more=False, mine=user.has_perm(ACTS),
        )  # fmt: skip


def declare_all() -> None:
    """Tells the first page of it."""
    declare("offboarding.queue", watch)
