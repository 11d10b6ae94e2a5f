"""One letter, word for word: subject, text, HTML and calendar in the language of its reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.template import Context, engines
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from offboarding import calendar_file, clock
from offboarding.letter_body import Block, as_text, one_line, read_body
from offboarding.letter_context import dates_in_words, facts
from offboarding.models import Agreement, Letter

Occasion = Letter.Occasion
WARNINGS = {30: Occasion.WARNING_30, 7: Occasion.WARNING_7, 1: Occasion.WARNING_1}
"""Days before ``delete_from`` → the warning."""
WITH_CALENDAR = (Occasion.DECISION, Occasion.DATES_CHANGED, Occasion.WINDOW_OPEN, *WARNINGS.values())
TO_LEGAL = (Occasion.APPROVAL_ASKED, Occasion.ATTESTATION, Occasion.ALARM)
"""Tasks for our own people: the customer does not get them."""
MOST_SUBJECT = 200
"""Characters of a subject before its reference; longer ones are cut by mail programs anyway."""


class Written(NamedTuple):
    """One letter before it is put into the outbox."""

    subject: str
    text: str
    html: str
    calendar: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What all letters of one occasion share. ``sequence`` and ``earlier`` are for the calendar (RFC 5545)."""

    occasion: Letter.Occasion
    agreement: Agreement
    context: Mapping[str, Any]
    now: datetime
    sequence: int = 0
    earlier: str = ""


def written(occurrence: Occurrence, *, language: str, name: str) -> Written:
    """The letter to one person, whose name may be empty."""
    agreement, occasion = occurrence.agreement, occurrence.occasion
    milestones = clock.milestones_of(agreement)
    with translation.override(language):
        told, subject, blocks = body(occurrence)
        dates = dates_in_words(agreement, occasion, milestones, occurrence.context.get("before"))
        opening = _("Hello %(name)s,") % {"name": one_line(name)} if one_line(name) else _("Hello,")
        closing = _closing_of_task(agreement, told["page"]) if occasion in TO_LEGAL else _closing(agreement, language)
        html = render_to_string(
            "letters/layout.html",
            {"language": language, "subject": subject, "opening": opening, "blocks": blocks, "dates": dates, **closing},
        )
        return Written(
            subject=f"[{agreement.reference}] {_shortened(subject)}",
            text=as_text(
                opening, blocks, dates,
                [f"{closing['link_text']}\n{closing['link']}", closing["reply_text"],
                 f"{closing['regards']}\n{closing['vendor']}"],
            ),
            html=html,
            calendar=_calendar(occurrence, language),
        )  # fmt: skip


def body(occurrence: Occurrence) -> tuple[dict[str, Any], str, tuple[Block, ...]]:
    """Its facts, its subject and its paragraphs in the active language; papers say what letters say."""
    told = facts(occurrence.agreement, occurrence.context, clock.local_day(occurrence.now))
    return told, *read_body(_rendered(f"letters/{occurrence.occasion.value}.txt", told))


def help_page(language: str) -> str:
    """The public page that explains it all."""
    return f"{settings.SITE_URL}/help/leaving/?language={language}"


def _closing(agreement: Agreement, language: str) -> dict[str, str]:
    return {
        "link_text": _("What happens when you leave, when, and in which formats you get your data:"),
        "link": help_page(language),
        "reply_text": _("Is anything unclear? Reply to this letter; a person reads it. Our reference: %(reference)s.")
        % {"reference": agreement.reference},
        "regards": _("Kind regards,"),
        "vendor": one_line(settings.VENDOR_NAME),
    }


def _closing_of_task(agreement: Agreement, page: str) -> dict[str, str]:
    """Where it is done; the agreement's page where the verb names no other."""
    own = reverse("admin:offboarding_agreement_change", args=[agreement.pk])
    return {
        "link_text": _("This is where it is done:"),
        "link": page or f"{settings.SITE_URL}{own}",
        "reply_text": _("The customer does not get this letter. Our reference: %(reference)s.")
        % {"reference": agreement.reference},
        "regards": _("An automatic task for Legal,"),
        "vendor": one_line(settings.VENDOR_NAME),
    }


def _rendered(template: str, told: Mapping[str, Any]) -> str:
    """Plain text: nothing is escaped here, everything is escaped where it becomes HTML."""
    engine: Any = engines["django"]
    return str(engine.engine.get_template(template).render(Context(dict(told), autoescape=False)))


def _shortened(subject: str) -> str:
    return subject if len(subject) <= MOST_SUBJECT else subject[: MOST_SUBJECT - 1].rstrip() + "…"


def _calendar(occurrence: Occurrence, language: str) -> str:
    agreement, milestones = occurrence.agreement, clock.milestones_of(occurrence.agreement)
    issue = calendar_file.Issue(settings.NOTICE_ADDRESS, occurrence.sequence, occurrence.now)
    if occurrence.occasion is Occasion.CONTINUES:
        return calendar_file.taken_back(occurrence.earlier, issue)
    if occurrence.occasion not in WITH_CALENDAR or milestones is None:
        return ""
    number, page = one_line(agreement.number), help_page(language)
    return calendar_file.published(milestones, issue, reference=agreement.reference, number=number, page=page)
