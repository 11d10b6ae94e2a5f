"""Agreements in every phase for a first look, made by the verbs that staff and cron use: nothing is written past them.

What lies back in time is played on its own day, see ``playing``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from exports.sample.platform import TenantSummary
from offboarding import assistance, clock, contacts, endings, inbox, notices
from offboarding.actors import Actor
from offboarding.models import Agreement, Contact, Customer, StoredMessage, TerminationNotice
from retention import holds
from retention.models import LegalHold
from retention.reach import Reach
from retention.sample.playing import Happening, play

ARCHIVE = "Entered from the paper archive."
NOTICED, HELD = timedelta(days=-75), timedelta(days=75)
"""When a notice came and a hold was placed, counted from the end of the term."""
READY, ERASED, PLAYED = "A-1002", "A-1007", "A-1011"
"""Whose deletion waits for an approval, whose data is erased, and which agreement a newcomer plays."""


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
    happens: Callable[[Case, User], Iterator[Happening]]
    auto_renews: bool = True
    policy: str = Agreement.Policy.CONTRACT
    today: date = field(default_factory=clock.today)
    """The real one: while the case is played ``clock.today`` is another."""

    @property
    def term_end(self) -> date:
        return self.today - timedelta(days=self.ended_days_ago)

    @property
    def agreement(self) -> Agreement:
        return Agreement.objects.select_related("customer").get(number=self.number)

    @property
    def contact(self) -> Contact:
        return Contact.objects.get(customer__tenant_key=self.tenant_key)


def make(tenants: Mapping[str, TenantSummary], by: User) -> Customer:
    """Every case, once: what stands already is left alone. Gives the customer whose data is to be exported."""
    standing = set(Agreement.objects.values_list("number", flat=True))
    happenings = [one for case in _cases(tenants) if case.number not in standing for one in _story(case, by)]
    play(happenings, clock.today())
    return to_export()


def to_export() -> Customer:
    """The customer whose data is to be exported."""
    return Agreement.objects.select_related("customer").get(number="A-1001").customer


def played() -> bool:
    """Whether everything was played to its end: the last thing that happens, and the hold."""
    return LegalHold.objects.exists() and TerminationNotice.objects.filter(agreement__number="A-1010").exists()


def _story(case: Case, by: User) -> Iterator[Happening]:
    yield Happening(case.term_end - timedelta(days=364), lambda: _enter(case, by))
    yield from case.happens(case, by)


def _enter(case: Case, by: User) -> None:
    customer, _made = Customer.objects.get_or_create(
        tenant_key=case.tenant_key, defaults={"name": case.name, "language": case.language}
    )
    rights = {"may_request": True, "may_confirm": True, "may_give_notice": True}
    contacts.add(customer, by=by, name=case.person, email=case.address, **rights)
    agreement = Agreement.objects.create(
        customer=customer,
        number=case.number,
        term_start=case.term_end - timedelta(days=364),
        term_end=case.term_end,
        auto_renews=case.auto_renews,
        policy=case.policy,
    )
    endings.register(agreement, by=by)


# What happened --------------------------------------------------------------------------------------------------------


def _nothing(case: Case, by: User) -> Iterator[Happening]:
    """The agreement runs."""
    yield from ()


def _noticed(case: Case, by: User) -> Iterator[Happening]:
    """A timely notice by letter, accepted."""
    day = min(case.term_end + NOTICED, case.today - timedelta(days=3))
    yield Happening(day, lambda: _notice(case, by, datetime.combine(day, time(9), clock.zone())))


def _notice(case: Case, by: User, received_at: datetime) -> None:
    letter = TerminationNotice.Channel.LETTER
    notice = notices.record(
        case.agreement, channel=letter, received_at=received_at, by=by, because=ARCHIVE, contact=case.contact
    )
    notices.decide(notice, TerminationNotice.Decision.TIMELY, by=by)


def _noticed_and_helped(case: Case, by: User) -> Iterator[Happening]:
    yield from _noticed(case, by)
    yield Happening(case.today, lambda: _help(case, by))


def _help(case: Case, by: User) -> None:
    scope = "Move courses and certificates to another platform."
    asked = assistance.request(case.agreement, scope=scope, contact=case.contact)
    assistance.offer(asked, by=by, estimated_hours=12, charged=False)


def _held(case: Case, by: User) -> Iterator[Happening]:
    """Legal holds everything, a fortnight before it may be deleted."""
    yield from _noticed(case, by)
    yield Happening(case.term_end + HELD, lambda: _hold(case, by))


def _hold(case: Case, by: User) -> None:
    holds.place(
        case.agreement.customer, by=by, ground=LegalHold.Ground.COURT, reference="T 1234-26",
        requested_by="Stockholm District Court", because="The court wants the course records as evidence.",
        review_on=case.term_end + timedelta(days=365), tell=True, reach=Reach(everything=True),
    )  # fmt: skip


def _mailed(case: Case, by: User) -> Iterator[Happening]:
    """A notice by e-mail that came in today, too late for this term: somebody has to decide."""
    yield Happening(case.today, lambda: _mail(case.agreement, case.address, case.person))


def _mailed_by_a_stranger(case: Case, by: User) -> Iterator[Happening]:
    stranger = f"someone.else@{case.address.partition('@')[2]}"
    yield Happening(case.today, lambda: _mail(case.agreement, stranger, "Someone Else"))


def _mail(agreement: Agreement, address: str, name: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = f"{name} <{address}>", settings.NOTICE_ADDRESS
    mail["Subject"] = f"Termination of agreement {agreement.number} [{agreement.reference}]"
    now = timezone.localtime()
    mail["Date"] = now
    mail["Message-ID"] = f"<{agreement.reference.lower()}@{address.partition('@')[2]}>"
    mail.set_content(f"We do not wish to renew our agreement {agreement.number}.\n\nKind regards\n{name}\n")
    machine = Actor.machine("fetch_notices")
    inbox.take_in(mail.as_bytes(), received_at=now, source=StoredMessage.Source.UPLOAD, actor=machine)


def _cases(tenants: Mapping[str, TenantSummary]) -> list[Case]:
    """The sample platform's four customers, and others whose data lies elsewhere."""
    here = {word: (tenant.key, tenant.name) for word, tenant in tenants.items()}
    act = Agreement.Policy.DATA_ACT
    return [
        Case("A-1001", *here["nordic"], "sv", "Ingrid Åkesson", "ingrid@norrskar.example", 20, _noticed_and_helped),
        Case(READY, *here["empty"], "sv", "Åsa Lind", "asa@odekulle.example", 100, _noticed),
        Case("A-1003", "d-3", "Vintergatan förlag", "sv", "Nils Ståhl", "nils@vintergatan.example", 130, _held),
        Case("A-1004", "d-4", "Kvarnholm kultur", "sv", "Lars Holm", "lars@kvarnholm.example", -40, _noticed),
        Case("A-1005", "d-5", "Brightwater College", "en", "Maya Osei", "maya@brightwater.example", -12, _mailed),
        Case("A-1006", "d-6", "Lysgård folkhögskola", "sv", "Elin Berg", "elin@lysgard.example", -200, _nothing),
        Case(ERASED, *here["quill"], "en", "Oona O'Dare", "oona@quillham.example", 160, _noticed),
        Case("A-1008", "d-8", "Stenbro kommun", "sv", "Karin Dahl", "karin@stenbro.example", -25, _nothing, False),
        Case("A-1009", "d-9", "Marrow & Finch", "en", "Tom Finch", "tom@marrow.example", -90, _noticed, True, act),
        Case("A-1010", "d-10", "Eken lärcenter", "sv", "Eva Ek", "eva@eken.example", -80, _mailed_by_a_stranger),
        Case(PLAYED, *here["fjord"], "en", "Per Öberg", "per@fjardviken.example", -60, _nothing),
    ]
