"""The acknowledgement of a notice as a paper: what its letters say, what was received, and what was decided."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from offboarding import clock
from offboarding.letter_body import one_line
from offboarding.letter_context import dates_in_words, moment_in_words
from offboarding.letter_writing import Occurrence, body
from offboarding.models import Letter, TerminationNotice
from offboarding.paper import Block, Column, Facts, Grid, Heading, Paper, Text

Occasion, State = Letter.Occasion, TerminationNotice.State


def acknowledgement(notice: TerminationNotice, language: str) -> Paper:
    """What we received and when; for an open notice what happens now, for a decided one what was decided."""
    with translation.override(language):
        _facts_of, subject, blocks = body(_occurrence(Occasion.ACKNOWLEDGEMENT, notice))
        return Paper(
            title=subject,
            language=language,
            vendor=one_line(settings.VENDOR_NAME),
            footer=f"{one_line(settings.VENDOR_NAME)} · {subject} · {notice.agreement.reference}",
            blocks=[
                Text(blocks[0].text, "lead"),
                Facts(list(_received(notice))),
                *(_decided(notice) if notice.decision else [Text(one.text) for one in blocks[1:-1]]),
            ],
            made=notice.decided_at or notice.recorded_at,
        )


def _occurrence(occasion: Letter.Occasion, notice: TerminationNotice) -> Occurrence:
    return Occurrence(occasion, notice.agreement, {"notice": notice}, timezone.now())


def _received(notice: TerminationNotice) -> Iterator[tuple[str, str]]:
    agreement = notice.agreement
    yield _("Customer"), one_line(agreement.customer.name)
    yield _("Agreement and its reference"), f"{one_line(agreement.number)} {agreement.reference}"
    yield _("Received"), moment_in_words(notice.received_at)
    yield _("Came by"), str(notice.get_channel_display())
    if sender := notice.contact.name if notice.contact else notice.sender:
        yield _("From"), one_line(sender)
    yield _("State"), str(notice.get_state_display())
    if notice.message is not None:
        yield _("SHA-256 of the message"), notice.message.sha256


def _decided(notice: TerminationNotice) -> Iterator[Block]:
    """The decision's letter without what only a letter can say; the dates where they still follow from the notice."""
    _facts_of, subject, blocks = body(_occurrence(Occasion.DECISION, notice))
    yield Heading(subject)
    yield Text(blocks[0].text)
    if notice.state == State.REFUSED:
        yield from (Text(one.text) for one in blocks[1:2])
    dates = dates_in_words(notice.agreement, Occasion.DECISION, clock.milestones_of(notice.agreement))
    if notice.state != State.ACCEPTED or not dates:
        return
    columns = [Column(_("Date"), 24), Column(_("Day"), 38), Column(_("Why"), 38)]
    yield Grid(columns, [(one.title, f"{one.day}, {one.clock}", one.why) for one in dates])
