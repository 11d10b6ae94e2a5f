"""A contact gives notice on the self-service page, having seen the dates that it would lead to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from offboarding import clock, end_dates, notices, online_originals, receipts
from offboarding.dates import Preview
from offboarding.journal_chain import check_text
from offboarding.milestones import Mark, Milestones
from offboarding.models import Agreement, Contact, TerminationNotice
from offboarding.online_originals import MOST_WORDS
from offboarding.rule_words import day_in_words, title
from offboarding.ways_to_end import Late
from offboarding.withdrawals import for_the_customer, of_this_customer

SHOWN = (Mark.SERVICE_ENDS, Mark.EXPORT_UNTIL, Mark.DELETE_FROM)


@transaction.atomic
def give(agreement: Agreement, *, contact: Contact, words: str, form: str, seen: str) -> TerminationNotice:
    """Takes the notice in, received now; a person decides it like any other.

    ``form``: the number of the form, so that sending it twice is one notice. ``seen``: ``fingerprint`` of the dates
    that the page showed. PermissionDenied for who may not give notice; ValidationError where the agreement takes none,
    or where the dates are others by now.
    """
    actor = for_the_customer(None, contact, "", "may_give_notice")
    agreement = end_dates.locked(agreement)
    of_this_customer(agreement, contact)
    words = checked_words(words, "words")
    found = notices.preview(agreement, clock.today())
    if fingerprint(found) != seen:
        raise ValidationError({"dates": _("The dates have changed since you saw them. Please look at them again.")})
    heading = _("Notice to end agreement %(number)s") % {"number": agreement.number}
    text = online_originals.written(heading, agreement, contact, in_lines(found), words, form)
    message = online_originals.keep(text, heading, agreement, contact)
    if standing := TerminationNotice.objects.filter(message=message).first():
        return _still_counting(standing)
    open_ones = [*agreement.notices.undecided(), *agreement.notices.in_force()]
    if refusal := why_not(agreement, clock.today(), open_ones):
        raise ValidationError({"agreement": refusal})
    return receipts.receive(
        agreement, channel=TerminationNotice.Channel.PORTAL, received_at=timezone.now(), actor=actor,
        contact=contact, sender=contact.email, message=message,
    )  # fmt: skip


def _still_counting(notice: TerminationNotice) -> TerminationNotice:
    """The notice that the same form gave before; a form whose notice was taken back or refused gives none."""
    if notice.state in (TerminationNotice.State.WITHDRAWN, TerminationNotice.State.REFUSED):
        raise ValidationError({"dates": _("This form was sent before. Please look at the dates again.")})
    return notice


def why_not(agreement: Agreement, today: date, standing: Iterable[TerminationNotice]) -> str:
    """Why no notice can be given now, in a sentence for the customer; '' where one can.

    ``standing``: the notices that wait for a decision or are in force.
    """
    if agreement.erased_at is not None:
        return _("The data is deleted; there is nothing left to end.")
    if any(True for _notice in standing):
        return _("A notice has been given already.")
    if agreement.ending in notices.ENDED_BY_US:
        return _("The agreement ends anyway.")
    if agreement.service_ends is not None and agreement.service_ends < today:
        return _("The agreement has ended.")
    return ""


def checked_words(words: str, field: str) -> str:
    """What a person wrote, without blanks around it; ValidationError for what cannot be kept."""
    words = words.replace("\r\n", "\n").strip()
    if len(words) > MOST_WORDS:
        raise ValidationError({field: _("At most %(most)d characters, please.") % {"most": MOST_WORDS}})
    if check_text(words):
        raise ValidationError({field: _("This has a character that is no text and cannot be kept.")})
    return words


def fingerprint(found: Preview) -> str:
    """What tells the dates of one preview from others: hex digits."""
    days = [f"{late}:{[dates[mark].day.isoformat() for mark in Mark]}" for late, dates in found.outcomes.items()]
    return hashlib.sha256(f"{found.notice_day} {found.timely} {days}".encode()).hexdigest()[:16]


def in_lines(found: Preview) -> list[str]:
    """The preview in lines of text, as the original keeps them."""
    day, latest = day_in_words(found.notice_day), day_in_words(found.latest)
    facts = {"day": day, "latest": latest}
    if found.timely:
        lines = [_("A notice on %(day)s is in time; the latest day is %(latest)s.") % facts]
    else:
        lines = [_("A notice on %(day)s is late; the latest day was %(latest)s.") % facts]
    for late, dates in found.outcomes.items():
        lines += [outcome_in_words(late, found.timely), *_days(dates)]
    return lines


def outcome_in_words(late: Late | None, timely: bool) -> str:
    """What has to be decided so that these dates follow."""
    if late is Late.NEXT_TERM:
        return _("If the notice counts for the end of the next term, which is the usual way:")
    if late is Late.ACCEPTED:
        return _("If we accept the late notice all the same, which a person decides:")
    return _("These dates follow from it:") if timely else _("These dates follow all the same:")


def _days(dates: Milestones) -> list[str]:
    return [f"{capfirst(title(mark))}: {day_in_words(dates[mark].day)}" for mark in SHOWN]
