"""What tests of a case ask again and again."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from offboarding import notices
from offboarding.actors import Actor
from offboarding.models import JournalEntry, Letter

MACHINE = Actor.machine("fetch_notices")


def given(agreement, contact=None, *, at=None, **values):
    """A notice by e-mail, received now unless ``at`` says when."""
    values = {"channel": "email", "actor": MACHINE, "sender": contact.email if contact else "x@y.example"} | values
    return notices.receive(agreement, received_at=at or timezone.now(), contact=contact, **values)


def events(agreement):
    """The codes of what the journal holds about an agreement, oldest first, without those of letters."""
    found = JournalEntry.objects.filter(agreement=agreement.pk).exclude(event__startswith="letter.")
    return list(found.order_by("seq").values_list("event", flat=True))


def last(agreement, event):
    """The newest entry of that kind."""
    return JournalEntry.objects.filter(agreement=agreement.pk, event=event).latest("seq")


def letters_of(agreement):
    """(occasion, first part of the address) → how many letters stand in the outbox, cancelled ones left out."""
    found = Letter.objects.filter(agreement=agreement).exclude(state="cancelled")
    return Counter((letter.occasion, letter.address.partition("@")[0]) for letter in found)


def days_of(agreement):
    """The three stored dates as ISO text, or None."""
    agreement.refresh_from_db()
    days = (agreement.service_ends, agreement.export_until, agreement.delete_from)
    return tuple(day.isoformat() for day in days if day) or None


@contextmanager
def refused(field, says=""):
    """A ValidationError on that field with these words, that changes nothing: journal and outbox stay as they are."""
    before = (JournalEntry.objects.count(), Letter.objects.count())
    with pytest.raises(ValidationError) as error:
        yield
    assert field in error.value.message_dict, error.value.message_dict
    assert says in " ".join(error.value.message_dict[field])
    assert (JournalEntry.objects.count(), Letter.objects.count()) == before
