"""Deletion in a case's drawn story: holds as bands, and when runs began, stopped or were certified."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from offboarding import clock, story_marks
from offboarding.models import Agreement
from offboarding.rule_words import short_day
from offboarding.story_marks import HOLDS, MOST, Marks
from offboarding.timeline import Band, Point
from retention.models import Certificate, DeletionRun, LegalHold


def marks(agreement: Agreement, user: Any, today: date) -> Marks:
    """The customer's holds, runs and certificates, as far as this person may look."""
    bands = tuple(_holds(agreement, today)) if user.has_perm("retention.view_legalhold") else ()
    dots = [*(_runs(agreement) if user.has_perm("retention.view_deletionrun") else ())]
    dots += _certificates(agreement) if user.has_perm("retention.view_certificate") else ()
    return Marks(bands=bands, dots=tuple(dots))


def _holds(agreement: Agreement, today: date) -> Iterator[Band]:
    """A hold in force reaches until today: no date ends it."""
    for hold in LegalHold.objects.filter(customer=agreement.customer_id)[:MOST]:
        first = clock.local_day(hold.placed_at)
        last = clock.local_day(hold.released_at) if hold.released_at else max(first, today)
        text = _("Hold %(number)s, released: %(ground)s") if hold.released_at else _("Hold %(number)s: %(ground)s")
        title = text % {"number": hold.pk, "ground": hold.get_ground_display()}
        yield Band("hold-released" if hold.released_at else "hold", first, last, title, HOLDS)


def _runs(agreement: Agreement) -> Iterator[Point]:
    for run in DeletionRun.objects.filter(customer=agreement.customer_id, started_at__isnull=False)[:MOST]:
        text = _("Deletion run %(number)s began: %(state)s") % {"number": run.pk, "state": run.get_state_display()}
        yield _dot(f"run-{run.state}", run.started_at, text)


def _certificates(agreement: Agreement) -> Iterator[Point]:
    for one in Certificate.objects.filter(customer_number=agreement.customer_id).defer("content")[:MOST]:
        yield _dot("certificate", one.issued_at, _("Certificate %(number)s issued") % {"number": one.number})


def _dot(kind: str, at: datetime | None, title: str) -> Point:
    assert at is not None, "only what has happened is drawn"
    day = clock.local_day(at)
    return Point(kind, day, title, short_day(day))


def declare() -> None:
    """Adds them to every agreement's story."""
    story_marks.declare("retention", marks)
