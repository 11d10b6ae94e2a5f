"""What needs a person in one case, each with the way to do it: the box on top of an agreement's page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offboarding.admin.case_verbs import Button, CaseVerb, buttons
from offboarding.clock import local_day
from offboarding.models import Agreement, Letter, StoredMessage, TerminationNotice, Waiver
from offboarding.notice_words import need
from offboarding.reasons import Reason
from offboarding.rule_words import day_in_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FIRST = ("vouch", "decide", "settle", "approve", "reject")
"""Verbs that settle what waits."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that waits: ``urgent`` where the case stands still or goes wrong without a person."""

    text: StrOrPromise
    details: Sequence[StrOrPromise] = ()
    buttons: Sequence[Button] = ()
    urgent: bool = False


def settling(verbs: Sequence[CaseVerb], user: Any, record: Any) -> list[Button]:
    """The buttons that settle what waits about a record; the first is the next step."""
    found = buttons([verb for verb in verbs if verb.name in FIRST], user, record)
    return found[:1] if isinstance(record, TerminationNotice) else found


def matters_of(
    agreement: Agreement, user: Any, waits: Sequence[Reason], verbs: dict[type, Sequence[CaseVerb]]
) -> list[Matter]:
    """Everything that waits, the most urgent first. ``waits``: the reasons that hold, so that none is asked in vain."""
    found: list[Matter] = []
    if Reason.NOTICE in waits:
        found += _notices(agreement.notices.undecided(), user, verbs[TerminationNotice])
    if Reason.OBJECTION in waits:
        found += _objections(agreement.notices.disputed(), user, verbs[TerminationNotice])
    if Reason.WAIVER in waits:
        found += _waivers(agreement.waivers.filter(state=Waiver.State.OPEN), user, verbs[Waiver])
    if Reason.LETTER in waits:
        found += _letters(agreement, user)
    if Reason.MESSAGE in waits:
        found += _messages(agreement, user)
    return [*found, *_nobody(agreement, user, urgent=Reason.NOBODY in waits)]


def _notices(notices: Iterable[TerminationNotice], user: Any, verbs: Sequence[CaseVerb]) -> Iterable[Matter]:
    for notice in notices:
        text = _("A notice received on %(day)s waits for a decision.")
        if notice.needs:
            text = _("A notice received on %(day)s waits for somebody who vouches for its sender.")
        words = text % {"day": day_in_words(local_day(notice.received_at))}
        yield Matter(words, [need(code) for code in notice.needs], settling(verbs, user, notice), urgent=True)


def _objections(notices: Iterable[TerminationNotice], user: Any, verbs: Sequence[CaseVerb]) -> Iterable[Matter]:
    settle = [verb for verb in verbs if verb.name == "settle"]
    for notice in notices:
        day = day_in_words(local_day(notice.received_at))
        text = _("The customer objects to the notice received on %(day)s.") % {"day": day}
        details = [notice.objection] if user.has_perm("offboarding.view_terminationnotice") else []
        yield Matter(text, details, buttons(settle, user, notice), urgent=True)


def _waivers(waivers: Iterable[Waiver], user: Any, verbs: Sequence[CaseVerb]) -> Iterable[Matter]:
    for waiver in waivers.select_related("first_approved_by"):  # type: ignore[attr-defined]
        text = _("A waiver asks for deletion from %(day)s: two people have to approve it.")
        if waiver.first_approved_by is not None:
            text = _("A waiver asks for deletion from %(day)s: a second person has to approve it.")
        yield Matter(text % {"day": day_in_words(waiver.delete_from)}, (), settling(verbs, user, waiver))


def _letters(agreement: Agreement, user: Any) -> Iterable[Matter]:
    about = Q(agreement=agreement) | Q(agreement=None, customer=agreement.customer_id)
    letters = list(Letter.objects.undelivered().filter(about)[:20])
    may = user.has_perm("offboarding.view_letter")
    addresses = sorted({letter.address for letter in letters}) if may else []
    text = ngettext("A letter did not arrive.", "%(count)s letters did not arrive.", len(letters))
    link = to_list(user, Letter, _("See the letters"), customer__id__exact=agreement.customer_id)
    yield Matter(text % {"count": len(letters)}, addresses, link, urgent=True)


def _messages(agreement: Agreement, user: Any) -> Iterable[Matter]:
    link = to_list(user, StoredMessage, _("See the messages"), customer__id__exact=agreement.customer_id)
    yield Matter(_("A message of this customer could not be taken in without a person."), (), link)


def _nobody(agreement: Agreement, user: Any, *, urgent: bool) -> Iterable[Matter]:
    if agreement.erased_at is None and not agreement.customer.contacts.active().exists():
        may = user.has_perm("offboarding.view_customer")
        address = reverse("admin:offboarding_customer_change", args=[agreement.customer_id])
        ways = [Button(_("Name a contact"), address)] if may else []
        yield Matter(_("The customer has no contact: nobody is written to."), (), ways, urgent)


def to_list(user: Any, model: Any, label: StrOrPromise, **filters: Any) -> list[Button]:
    """The way to a list of records, for those who may look at it."""
    name = model._meta.model_name
    if not user.has_perm(f"offboarding.view_{name}"):
        return []
    query = "&".join(f"{field}={value}" for field, value in filters.items())
    return [Button(label, f"{reverse(f'admin:offboarding_{name}_changelist')}?{query}")]
