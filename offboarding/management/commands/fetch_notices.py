"""``manage.py fetch_notices`` – for cron: takes in what lies in the mailbox (``INBOX_URL``) and moves it away.

A mail is moved only when everything about it is committed; whatever dies, and whenever, the next run goes on where
this one was. Exit code 1: a mail stays, because it could not be taken in; 2: the mailbox cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from offboarding import inbox, mailbox, originals
from offboarding.actors import Actor
from offboarding.mail_configuration import Inbox
from offboarding.models import StoredMessage, TerminationNotice

ACTOR = Actor.machine("fetch_notices")
_LOCK = 0x6665746368  # "fetch"


class Command(BaseCommand):
    """One line per mail: what it got, and nothing of what it says."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Works through the whole folder once; beside another run it leaves the work to that one."""
        if settings.INBOX is None:
            raise CommandError("INBOX_URL is not set: there is no mailbox to read.", returncode=2)
        with _alone() as alone:
            if not alone:
                self.stdout.write("another fetch_notices is at work")
                return
            originals.clear_up()
            try:
                staying = self._work_through(settings.INBOX)
            except mailbox.MailboxError as error:
                raise CommandError(str(error), returncode=2) from error
        if staying:
            raise CommandError(f"{staying} of the mails could not be taken in and stay in the mailbox.", returncode=1)

    def _work_through(self, chosen: Inbox) -> int:
        """Gives the number of mails that stay because of an error."""
        staying = 0
        with mailbox.opened(chosen) as box:
            for uid in box.uids():
                try:
                    self.stdout.write(f"mail {uid}: {self._take_in(box, uid)}")
                except mailbox.MailboxError:
                    raise
                except Exception as error:  # one mail must not keep the others waiting
                    staying += 1
                    self.stderr.write(f"mail {uid}: stays, {type(error).__name__}: {' '.join(str(error).split())}")
                    connection.close_if_unusable_or_obsolete()
        return staying

    def _take_in(self, box: mailbox.Box, uid: str) -> str:
        began = timezone.now()
        with box.mail(uid) as found:
            if found is None:
                return "no longer there"
            message = inbox.take_in(
                found.content, received_at=found.received_at, source=StoredMessage.Source.MAILBOX, actor=ACTOR
            )
        waits = message.state == StoredMessage.State.PROBLEM
        box.move(uid, box.inbox.problem if waits else box.inbox.done)
        return _outcome(message, began)


def _outcome(message: StoredMessage, began: datetime) -> str:
    """What a mail got, in words for a log: numbers and codes."""
    said = f"message {message.pk}"
    if message.stored_at < began:
        return f"{said}, known already"
    if message.state == StoredMessage.State.PROBLEM:
        return f"{said} waits for a person: {', '.join(message.problems)}"
    notice = TerminationNotice.objects.filter(message=message).first()
    if notice is not None:
        said += f", notice {notice.pk} for agreement {notice.agreement_id}"
        said += f", waits for a person: {', '.join(notice.needs)}" if notice.needs else ""
    elif message.agreement_id:
        said += f" for agreement {message.agreement_id}"
    return said + (f", the same as message {message.duplicate_of_id}" if message.duplicate_of_id else "")


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other run holds the lock, which ends with the database's session, so also with a killed run.

    Without PostgreSQL nothing is locked; two runs at once are then only slower.
    """
    if connection.vendor != "postgresql":
        yield True
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
