"""Agreements in every phase for a first look, made by the verbs that staff and cron use: nothing is written past them.

What lies back in time was received then, and recorded today: the journal says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from exports.sample.platform import TenantSummary
from offboarding import assistance, cases, clock, contacts, endings, inbox, notices
from offboarding.actors import Actor
from offboarding.models import Agreement, Contact, Customer, StoredMessage, TerminationNotice

Decision = TerminationNotice.Decision
ARCHIVE = "Entered from the paper archive."


@dataclass(frozen=True)
class Case:
    """One customer: how many days ago its term ended (negative: still to come), and what happened."""

    number: str
    tenant_key: str
    name: str
    language: str
    person: str
    address: str
    ended_days_ago: int
    happen: Callable[[Agreement, Contact, User], None]
    auto_renews: bool = True
    policy: str = Agreement.Policy.CONTRACT


def make(tenants: Mapping[str, TenantSummary], by: User) -> Customer:
    """Every case, once: what stands already is left alone. Gives the customer whose data is to be exported."""
    for case in _cases(tenants):
        with transaction.atomic():
            if not Agreement.objects.filter(number=case.number).exists():
                _enter(case, by)
    return Customer.objects.get(tenant_key=tenants["nordic"].key)


def _enter(case: Case, by: User) -> None:
    customer, _made = Customer.objects.get_or_create(
        tenant_key=case.tenant_key, defaults={"name": case.name, "language": case.language}
    )
    rights = {"may_request": True, "may_confirm": True, "may_give_notice": True}
    contact = contacts.add(customer, by=by, name=case.person, email=case.address, **rights)
    term_end = clock.today() - timedelta(days=case.ended_days_ago)
    agreement = Agreement.objects.create(
        customer=customer,
        number=case.number,
        term_start=term_end - timedelta(days=364),
        term_end=term_end,
        auto_renews=case.auto_renews,
        policy=case.policy,
    )
    endings.register(agreement, by=by)
    agreement.refresh_from_db()
    case.happen(agreement, contact, by)


# What happened --------------------------------------------------------------------------------------------------------


def _nothing(agreement: Agreement, contact: Contact, by: User) -> None:
    """The agreement runs."""


def _noticed(agreement: Agreement, contact: Contact, by: User) -> Agreement:
    """A timely notice by letter, accepted."""
    received = _noon(min(agreement.term_end - timedelta(days=75), clock.today() - timedelta(days=3)))
    letter = TerminationNotice.Channel.LETTER
    notice = notices.record(agreement, channel=letter, received_at=received, by=by, because=ARCHIVE, contact=contact)
    notices.decide(notice, Decision.TIMELY, by=by)
    agreement.refresh_from_db()
    return agreement


def _noticed_only(agreement: Agreement, contact: Contact, by: User) -> None:
    _noticed(agreement, contact, by)


def _noticed_and_helped(agreement: Agreement, contact: Contact, by: User) -> None:
    _noticed(agreement, contact, by)
    asked = assistance.request(agreement, scope="Move courses and certificates to another platform.", contact=contact)
    assistance.offer(asked, by=by, estimated_hours=12, charged=False)


def _held(agreement: Agreement, contact: Contact, by: User) -> None:
    actor = Actor.staff(by.pk, by.get_username())
    cases.place_hold(_noticed(agreement, contact, by), actor=actor, because="Court case T 1234-26", tell=True)


def _erased(agreement: Agreement, contact: Contact, by: User) -> None:
    cases.mark_erased(_noticed(agreement, contact, by), actor=Actor.staff(by.pk, by.get_username()))


def _mailed(agreement: Agreement, contact: Contact, by: User) -> None:
    """A notice by e-mail that came in today, too late for this term: somebody has to decide."""
    _mail(agreement, contact.email, contact.name)


def _mailed_by_a_stranger(agreement: Agreement, contact: Contact, by: User) -> None:
    _mail(agreement, f"someone.else@{contact.email.partition('@')[2]}", "Someone Else")


def _mail(agreement: Agreement, address: str, name: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = f"{name} <{address}>", settings.NOTICE_ADDRESS
    mail["Subject"] = f"Termination of agreement {agreement.number} [{agreement.reference}]"
    now = datetime.now(tz=clock.zone())
    mail["Date"] = now
    mail["Message-ID"] = f"<{agreement.reference.lower()}@{address.partition('@')[2]}>"
    mail.set_content(f"We do not wish to renew our agreement {agreement.number}.\n\nKind regards\n{name}\n")
    machine = Actor.machine("fetch_notices")
    inbox.take_in(mail.as_bytes(), received_at=now, source=StoredMessage.Source.UPLOAD, actor=machine)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), clock.zone())


def _cases(tenants: Mapping[str, TenantSummary]) -> list[Case]:
    """The sample platform's four customers, and others whose data lies elsewhere – or is gone."""
    here = {word: (tenant.key, tenant.name) for word, tenant in tenants.items()}
    act = Agreement.Policy.DATA_ACT
    return [
        Case("A-1001", *here["nordic"], "sv", "Ingrid Åkesson", "ingrid@norrskar.example", 20, _noticed_and_helped),
        Case("A-1002", *here["quill"], "en", "Oona O'Dare", "oona@quillham.example", 100, _noticed_only),
        Case("A-1003", *here["fjord"], "sv", "Per Öberg", "per@fjardviken.example", 130, _held),
        Case("A-1004", *here["empty"], "sv", "Åsa Lind", "asa@odekulle.example", -40, _noticed_only),
        Case("A-1005", "d-5", "Brightwater College", "en", "Maya Osei", "maya@brightwater.example", -12, _mailed),
        Case("A-1006", "d-6", "Lysgård folkhögskola", "sv", "Elin Berg", "elin@lysgard.example", -200, _nothing),
        Case("A-1007", "d-7", "Havsfågel utbildning", "sv", "Nils Ek", "nils@havsfagel.example", 160, _erased),
        Case("A-1008", "d-8", "Stenbro kommun", "sv", "Karin Dahl", "karin@stenbro.example", -25, _nothing, False),
        Case("A-1009", "d-9", "Marrow & Finch", "en", "Tom Finch", "tom@marrow.example", -90, _noticed_only, True, act),
        Case("A-1010", "d-10", "Eken lärcenter", "sv", "Eva Ek", "eva@eken.example", -80, _mailed_by_a_stranger),
    ]
