"""Turns the demo's clock: to the next day on which something happens in the case that is played, as if one had waited.

What cron would have done on the days between is done: the letters of each day that has some, and on the last day
everything that is due. The real verbs and commands do it; only the clock is not real.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO

from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exports.models import ExportJob
from offboarding import clock
from offboarding.models import Agreement
from offboarding.reminders import DAYS
from retention.models import Attestation, DeletionRun, Verification
from retention.next_step import Grade
from retention.sample import demo_state
from retention.sample.playing import is_written_on

MORNING = time(8)
WARNED = gettext_lazy("The customer is warned that the data will be deleted.")


@dataclass(frozen=True, slots=True)
class Next:
    """A day to come, and what happens on it."""

    day: date
    what: str


def following(agreement: Agreement) -> Next | None:
    """The next day on which something happens in this case; None where nothing has a date yet."""
    today = clock.today()
    return min((one for one in _days(agreement) if one.day > today), key=lambda one: one.day, default=None)


def turn(agreement: Agreement) -> Next:
    """Goes there. ValidationError where there is no such day, or where something works that must not lose its time."""
    found = following(agreement)
    if found is None:
        raise ValidationError(_("Nothing waits for a day yet. Do the next step first."))
    if ExportJob.objects.filter(state__in=ExportJob.ACTIVE).exists():
        raise ValidationError(_("An export is being packed. Wait until it has ended, it takes some seconds."))
    if DeletionRun.objects.filter(state=DeletionRun.State.RUNNING).exists():
        raise ValidationError(_("A deletion is running. Wait until it has ended, it takes some seconds."))
    call_command("send_reminders", stdout=StringIO())
    day = clock.today()
    while day < found.day:
        day += timedelta(days=1)
        if day == found.day or is_written_on(day):
            _wake_up(day)
            call_command("send_reminders", stdout=StringIO())
    _clean_up(agreement)
    return found


def _wake_up(day: date) -> None:
    """It is the morning of that day; who is signed in stays so."""
    gone = demo_state.set_clock(datetime.combine(day, MORNING, clock.zone()))
    Session.objects.update(expire_date=F("expire_date") + gone)


def _clean_up(agreement: Agreement) -> None:
    """Cron's work of the day, for this case; that something waits for a person is what the demo is about."""
    try:
        call_command("enforce_retention", agreement=agreement.number, stdout=StringIO(), stderr=StringIO())
    except CommandError as error:
        if error.returncode != Grade.PERSON:
            raise


def _days(agreement: Agreement) -> list[Next]:
    found = []
    if agreement.service_ends:
        ended = agreement.service_ends + timedelta(days=1)
        found.append(Next(ended, _("The service has ended; the time for exports runs.")))
    if agreement.delete_from and agreement.erased_at is None:
        found += [Next(agreement.delete_from - timedelta(days=days), str(WARNED)) for days in DAYS]
        found.append(Next(agreement.delete_from, _("The data may be deleted, and cron makes the plan.")))
        if agreement.delete_from <= clock.today():
            found.append(Next(clock.today() + timedelta(days=1), _("Another day: cron does what is due.")))
    for look in Verification.objects.filter(run__agreement=agreement, done_at=None):
        found.append(Next(look.due_on, _("It is looked for once more whether something is left.")))
    for copy in Attestation.objects.filter(run__agreement=agreement, attested_at=None):
        text = _("Somebody has to attest that the copy “%(store)s” is gone.") % {"store": copy.store}
        found.append(Next(copy.due_on, text))
    return found
