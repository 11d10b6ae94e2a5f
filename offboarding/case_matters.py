"""What waits for a person about notices, letters, messages and waivers, for the first page."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any, TypedDict

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from offboarding.desk_matters import Kind, Matter, Moment, address_of, declare
from offboarding.letter_writing import WARNINGS
from offboarding.models import (
    Agreement,
    Contact,
    JournalEntry,
    Letter,
    StoredMessage,
    TerminationNotice,
    TransferAssistance,
    Waiver,
)
from offboarding.notice_words import need
from offboarding.rule_words import day_in_words

GRACE = timedelta(hours=1)
"""How long a warning that is due may wait: the outbox is sent every five minutes."""
SOON = timedelta(days=37)
"""A week before the first warning somebody has to be there who can be warned."""
NOTICE, LETTER, WAIVER = "offboarding_terminationnotice", "offboarding_letter", "offboarding_waiver"


class Whose(TypedDict):
    """The customer, and the agreement's number where there is one."""

    title: str
    number: str


def about(agreement: Agreement | None, customer: Any = None) -> Whose:
    """Whose matter it is."""
    whose = customer or (agreement.customer if agreement else "")
    return {"title": str(whose), "number": agreement.number if agreement else ""}


def _notices(moment: Moment) -> QuerySet[TerminationNotice]:
    waiting: Any = TerminationNotice.objects.undecided()
    return waiting.select_related("agreement__customer").order_by("received_at", "pk")  # type: ignore[no-any-return]


def _notice(notice: TerminationNotice, may: bool) -> Matter:
    verb = "vouch" if notice.needs else "decide"
    detail = need(notice.needs[0]) if notice.needs else str(notice.get_channel_display())
    address = address_of(f"{NOTICE}_{verb if may else 'change'}", notice.pk)
    return Matter(**about(notice.agreement), address=address, since=notice.received_at, detail=capfirst(detail))


def _objections(moment: Moment) -> QuerySet[TerminationNotice]:
    disputed: Any = TerminationNotice.objects.disputed()
    return disputed.select_related("agreement__customer").order_by("objected_at", "pk")  # type: ignore[no-any-return]


def _objection(notice: TerminationNotice, may: bool) -> Matter:
    address = address_of(f"{NOTICE}_{'settle' if may else 'change'}", notice.pk)
    return Matter(**about(notice.agreement), address=address, since=notice.objected_at, detail=notice.objection)


def _failed_letters(moment: Moment, *, warnings: bool) -> QuerySet[Letter]:
    """Refused, come back or unclear; the index of these is small."""
    which = Q(occasion__in=[one.value for one in WARNINGS.values()])
    failed: Any = Letter.objects.undelivered().filter(which if warnings else ~which)
    return _letters(failed).order_by("due_at", "pk")


def _late_warnings(moment: Moment) -> QuerySet[Letter]:
    """Due for longer than sending takes; the index of what waits is small."""
    late: Any = Letter.objects.to_send(moment.now - GRACE)
    return _letters(late.filter(occasion__in=[one.value for one in WARNINGS.values()])).order_by("due_at", "pk")


def _letters(letters: Any) -> QuerySet[Letter]:
    return letters.select_related("customer", "agreement").defer("text", "html", "calendar")  # type: ignore[no-any-return]


def _letter(letter: Letter, may: bool) -> Matter:
    what = capfirst(letter.get_occasion_display())
    detail = f"{what} → {letter.address} · {letter.get_state_display()}"
    when = letter.tried_at or letter.due_at
    address = address_of(f"{LETTER}_change", letter.pk)
    return Matter(**about(letter.agreement, letter.customer), address=address, since=when, detail=detail)


def _nobody(moment: Moment) -> QuerySet[Agreement]:
    """By the index of the days of deletion, which is short up to any near day."""
    people = Contact.objects.active().filter(customer=OuterRef("customer"))
    near: Any = Agreement.objects.due_for_deletion(moment.today + SOON).filter(~Exists(people))
    return near.select_related("customer").order_by("delete_from", "pk")  # type: ignore[no-any-return]


def _unreachable(agreement: Agreement, may: bool) -> Matter:
    verb = "offboarding_customer_add_contact" if may else "offboarding_customer_change"
    day = day_in_words(agreement.delete_from) if agreement.delete_from else ""
    detail = _("Deletion is possible from %(day)s, and a warning has to reach somebody first.") % {"day": day}
    address = address_of(verb, agreement.customer_id)
    return Matter(**about(agreement), address=address, due=agreement.delete_from, detail=detail)


def _waivers(moment: Moment) -> QuerySet[Waiver]:
    waiting = Waiver.objects.filter(state=Waiver.State.OPEN)
    return waiting.select_related("agreement__customer", "first_approved_by").order_by("recorded_at", "pk")


def _waiver(waiver: Waiver, may: bool) -> Matter:
    address = address_of(f"{WAIVER}_{'approve' if may else 'change'}", waiver.pk)
    day = day_in_words(waiver.delete_from)
    text = _("Deletion from %(day)s: two people have to approve it.")
    if waiver.first_approved_by_id is not None:
        text = _("Deletion from %(day)s: a second person has to approve it.")
    return Matter(**about(waiver.agreement), address=address, since=waiver.recorded_at, detail=text % {"day": day})


def _messages(moment: Moment) -> QuerySet[StoredMessage]:
    waiting: Any = StoredMessage.objects.waiting_for_a_person()
    return waiting.select_related("customer", "agreement__customer").order_by("received_at", "pk")  # type: ignore[no-any-return]


def _message(message: StoredMessage, may: bool) -> Matter:
    """One that no case is known for is named by its sender."""
    whose = about(message.agreement, message.customer)
    whose["title"] = whose["title"] or message.sender or _("sender unknown")
    address = address_of(f"offboarding_storedmessage_{'settle' if may else 'change'}", message.pk)
    files = len(message.attachments)
    enclosed = ngettext("%(count)s attachment", "%(count)s attachments", files) % {"count": files} if files else ""
    detail = " · ".join(part for part in (str(message), enclosed) if part)
    return Matter(**whose, address=address, since=message.received_at, detail=detail)


def _assistance(moment: Moment) -> QuerySet[TransferAssistance]:
    """Asked for and not offered yet, or offered and accepted: then the separate agreement is missing."""
    accepted = JournalEntry.objects.filter(agreement=OuterRef("agreement_id"), event="assistance.accepted")
    number = Cast(KeyTextTransform("assistance", "facts"), BigIntegerField())
    said_yes = accepted.annotate(asked=number).filter(asked=OuterRef("pk"))
    open_ = Q(state=TransferAssistance.State.REQUESTED) | Q(Exists(said_yes), state=TransferAssistance.State.OFFERED)
    waiting = TransferAssistance.objects.filter(open_)
    return waiting.select_related("agreement__customer").order_by("requested_at", "pk")


def _help(asked: TransferAssistance, may: bool) -> Matter:
    verb = "offer" if asked.state == TransferAssistance.State.REQUESTED else "agree"
    address = address_of(f"offboarding_transferassistance_{verb if may else 'change'}", asked.pk)
    accepted = _("The customer accepts the offer; the separate agreement is not written down yet.")
    detail = asked.scope if verb == "offer" else accepted
    return Matter(**about(asked.agreement), address=address, since=asked.requested_at, detail=detail)


def _second_by_the_same(user: Any) -> Q:
    return Q(first_approved_by=user.pk)


KINDS = (
    Kind(
        name="notices",
        urgency=20,
        title=gettext_lazy("Notices to decide"),
        why=gettext_lazy("No date is set before somebody decides, and the customer waits for an answer."),
        action=gettext_lazy("Decide"),
        settles="offboarding.decide_terminationnotice",
        sees="offboarding.view_terminationnotice",
        rows=_notices,
        matter=_notice,
        rest=f"{NOTICE}_changelist?state__exact=received",
    ),
    Kind(
        name="objections",
        urgency=24,
        title=gettext_lazy("Objections to notices"),
        why=gettext_lazy("Somebody at the customer says that a notice is not theirs; nothing is deleted meanwhile."),
        action=gettext_lazy("Settle"),
        settles="offboarding.decide_terminationnotice",
        sees="offboarding.view_terminationnotice",
        rows=_objections,
        matter=_objection,
        rest=f"{NOTICE}_changelist?objected_at__isnull=False&objection_settled_at__isnull=True",
    ),
    Kind(
        name="failed_warnings",
        urgency=30,
        title=gettext_lazy("Warnings that did not arrive"),
        why=gettext_lazy("Without them nothing is deleted: reach the customer in another way, or send them again."),
        action=gettext_lazy("Look"),
        settles="offboarding.resend_letter",
        sees="offboarding.view_letter",
        rows=partial(_failed_letters, warnings=True),
        matter=_letter,
        rest=f"{LETTER}_changelist?person=yes",
    ),
    Kind(
        name="late_warnings",
        urgency=32,
        title=gettext_lazy("Warnings that are late"),
        why=gettext_lazy("They should have gone out: does cron run “manage.py send_reminders”, and the mail server?"),
        action=gettext_lazy("Look"),
        settles="offboarding.resend_letter",
        sees="offboarding.view_letter",
        rows=_late_warnings,
        matter=_letter,
        rest=f"{LETTER}_changelist?state__exact=queued",
    ),
    Kind(
        name="nobody",
        urgency=34,
        title=gettext_lazy("Customers with nobody to write to"),
        why=gettext_lazy("Their deletion comes near and no contact can be warned."),
        action=gettext_lazy("Name a contact"),
        settles="offboarding.add_contact",
        sees="offboarding.view_customer",
        rows=_nobody,
        matter=_unreachable,
    ),
    Kind(
        name="waivers",
        urgency=64,
        title=gettext_lazy("Waivers to approve"),
        why=gettext_lazy("The customer asks to be deleted earlier; two people have to read what was signed."),
        action=gettext_lazy("Read and approve"),
        settles="offboarding.approve_waiver",
        sees="offboarding.view_waiver",
        rows=_waivers,
        matter=_waiver,
        rest=f"{WAIVER}_changelist?state__exact=open",
        not_theirs=_second_by_the_same,
    ),
    Kind(
        name="assistance",
        urgency=80,
        title=gettext_lazy("Help with the transfer"),
        why=gettext_lazy("The customer waits for an offer, or for the separate agreement that help is given under."),
        action=gettext_lazy("Answer"),
        settles="offboarding.manage_transferassistance",
        sees="offboarding.view_transferassistance",
        rows=_assistance,
        matter=_help,
        rest="offboarding_transferassistance_changelist",
    ),
    Kind(
        name="letters",
        urgency=82,
        title=gettext_lazy("Letters that did not arrive"),
        why=gettext_lazy("The customer does not know what they say."),
        action=gettext_lazy("Look"),
        settles="offboarding.resend_letter",
        sees="offboarding.view_letter",
        rows=partial(_failed_letters, warnings=False),
        matter=_letter,
        rest=f"{LETTER}_changelist?person=yes",
    ),
    Kind(
        name="messages",
        urgency=84,
        title=gettext_lazy("Messages to settle"),
        why=gettext_lazy("What came in and no machine may judge: a notice may be among them."),
        action=gettext_lazy("Read and settle"),
        settles="offboarding.settle_storedmessage",
        sees="offboarding.view_storedmessage",
        rows=_messages,
        matter=_message,
        rest="offboarding_storedmessage_changelist?state__exact=problem",
    ),
)


def declare_all() -> None:
    """Tells the first page of them."""
    for kind in KINDS:
        declare(f"offboarding.{kind.name}", kind)
