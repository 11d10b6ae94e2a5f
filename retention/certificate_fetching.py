"""That a customer has fetched its certificate is evidence: written down once for each person and certificate."""

from __future__ import annotations

from django.db import transaction

from offboarding import journal
from offboarding.actors import Actor
from offboarding.models import Agreement, Contact, JournalEntry
from retention.models import Certificate

EVENT = "certificate.fetched"


@transaction.atomic
def note(certificate: Certificate, agreement: Agreement, contact: Contact, kind: str) -> bool:
    """Writes it down; False where this person has fetched this certificate before, in whatever form."""
    actor = Actor.contact(contact.pk)
    before = JournalEntry.objects.filter(customer=agreement.customer_id, event=EVENT, actor=str(actor))
    if before.filter(facts__certificate=certificate.pk).exists():
        return False
    facts = {"certificate": certificate.pk, "number": certificate.number, "kind": kind}
    journal.record(EVENT, actor=actor, facts=facts, **journal.case_of(agreement))
    return True
