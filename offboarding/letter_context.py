"""What a letter says, in words of the active language: the facts that the templates of an occasion are filled with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from offboarding import clock
from offboarding.letter_body import Date, one_line
from offboarding.milestones import Mark, Milestone, Milestones
from offboarding.models import Agreement, Letter
from offboarding.rule_words import day_in_words, sentence, title

CONTEXT = frozenset(
    {
        "notice", "because", "before", "until", "released", "enclosure", "assistance", "available_until", "page",
        "due_on", "store", "attester", "certificate", "code", "export", "answer_until", "outcome", "digest", "missing",
        "new_export", "answer", "waiver",
    }
)  # fmt: skip
"""What a verb may tell ``letters.write`` beside the agreement.

``notice``: TerminationNotice · ``because``: a reason that the reader may read · ``before``: the Milestones that are
replaced · ``until``: date to which the agreement is renewed · ``released``: True when a hold ends · ``enclosure``: name
in the ``evidence`` storage · ``assistance``: TransferAssistance · ``available_until``: date to which an export can be
fetched · ``page``: path of our own site, e.g. ``/case/`` · to Legal: ``due_on``: date by which something has to be done
· ``store``: the other copy · ``attester``: who has to attest its end · of a deletion: ``certificate``: its number ·
``code``: what is typed with it on the page where it can be checked · of a package: ``export``: its number ·
``answer_until``: the last day to say whether everything has arrived · ``outcome``: ``confirmed``, ``objected`` or
``settled`` · ``digest``: its manifest's · ``missing``: (category's name, the customer's words) of each ·
``new_export``: the number of the package that makes it good · ``answer``: the customer's to an offer of help,
``accepted`` or ``declined`` · ``waiver``: Waiver.
"""
WITH_NOTICE_DAY = (Letter.Occasion.DECISION, Letter.Occasion.DATES_CHANGED)
"""Where the latest day for a notice still explains something."""


def facts(agreement: Agreement, context: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Everything the templates may show; every text is one line. ValueError for what ``CONTEXT`` does not name."""
    if unknown := sorted(set(context) - CONTEXT):
        raise ValueError(f"letters know no context {', '.join(unknown)}; they know {', '.join(sorted(CONTEXT))}.")
    told = {
        "customer": one_line(agreement.customer.name),
        "number": one_line(agreement.number),
        "vendor": one_line(settings.VENDOR_NAME),
        "ending": agreement.ending,
        "because": one_line(context.get("because", "")),
        "released": bool(context.get("released")),
        "enclosure": bool(context.get("enclosure")),
        "until": _day(context.get("until")),
        "available_until": _day(context.get("available_until")),
        "due_on": _day(context.get("due_on")),
        "store": one_line(context.get("store", "")),
        "attester": one_line(context.get("attester", "")),
        "certificate": one_line(context.get("certificate", "")),
        "code": one_line(context.get("code", "")),
        **_of_package(context),
        "page": _own_page(context.get("page", "")),
        "service_ends": _day(agreement.service_ends),
        "export_until": _day(agreement.export_until),
        "delete_from": _day(agreement.delete_from),
        "can_request": agreement.export_until is not None and agreement.export_until >= today,
        "days_left": (agreement.delete_from - today).days if agreement.delete_from else None,
    }
    told |= _of_notice(context.get("notice")) | _of_assistance(context.get("assistance"), context.get("answer", ""))
    return told | _of_waiver(context.get("waiver"))


def _of_package(context: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "export": one_line(context.get("export", "")),
        "new_export": one_line(context.get("new_export", "")),
        "answer_until": _day(context.get("answer_until")),
        "outcome": one_line(context.get("outcome", "")),
        "digest": one_line(context.get("digest", "")),
        "missing": [one_line(f"{name}: {words}") for name, words in context.get("missing", ())],
    }


def _of_notice(notice: Any) -> dict[str, Any]:
    if notice is None:
        return {"notice": False}
    return {
        "notice": True,
        "received": moment_in_words(notice.received_at),
        "received_day": day_in_words(clock.local_day(notice.received_at)),
        "needs_person": bool(notice.needs),
        "duplicate": notice.state == "duplicate",
        "decision": notice.decision,
        "reason": one_line(notice.because),
        "object_until": "" if notice.objection_settled_at else _day(notice.object_until),
        "objection_settled": notice.objection_settled_at is not None,
    }


def _of_waiver(waiver: Any) -> dict[str, Any]:
    if waiver is None:
        return {"waived_from": ""}
    return {"waived_from": _day(waiver.delete_from), "signed_by": one_line(waiver.asked_by.name)}


def _of_assistance(assistance: Any, answer: str) -> dict[str, Any]:
    if assistance is None:
        return {"assistance": ""}
    hours = assistance.estimated_hours
    return {
        "answer": answer,
        "assistance": assistance.state,
        "scope": one_line(assistance.scope),
        "separate_agreement": one_line(assistance.separate_agreement),
        "hours": "" if hours is None else number_format(Decimal(f"{hours.normalize():f}")),
        "charged": assistance.charged,
        "declined_because": one_line(assistance.ended_because),
    }


def _own_page(path: str) -> str:
    """A whole address on our own site; never a query, so that no token can slip into a letter."""
    if not path:
        return ""
    if not path.startswith("/") or path.startswith("//") or set(path) & set("?#\\ \r\n"):
        raise ValueError(f"{path!r} is no page of ours.")
    return f"{settings.SITE_URL}{path}"


def _day(day: date | None) -> str:
    return day_in_words(day) if day else ""


def zone_in_words() -> str:
    """``Swedish time (Europe/Stockholm)``; other zones by their name alone."""
    key = clock.zone().key
    return (
        _("Swedish time (Europe/Stockholm)") if key == "Europe/Stockholm" else _("time zone %(zone)s") % {"zone": key}
    )


def moment_in_words(moment: datetime) -> str:
    """``Thursday 31 December 2026, 14:05, Swedish time (Europe/Stockholm)``."""
    local = moment.astimezone(clock.zone())
    return f"{day_in_words(local.date())}, {date_format(local, 'H:i')}, {zone_in_words()}"


def dates_in_words(
    agreement: Agreement, occasion: Letter.Occasion, milestones: Milestones | None, before: Milestones | None = None
) -> list[Date]:
    """The milestones a letter names, each with its rule; ``before`` adds the day that it had."""
    if milestones is None:
        return []
    noticed = agreement.ending == Agreement.Ending.NOTICE and occasion in WITH_NOTICE_DAY
    shown = [mark for mark in Mark if mark is not Mark.LATEST_NOTICE or noticed]
    return [_date(milestones[mark], before[mark] if before else None) for mark in shown]


def _date(milestone: Milestone, before: Milestone | None) -> Date:
    moved = before is not None and before.day != milestone.day
    return Date(
        title=capfirst(title(milestone.mark)),
        day=day_in_words(milestone.day),
        clock=_clock_in_words(milestone.mark),
        why=sentence(milestone.rule),
        before=_("Before: %(day)s.") % {"day": day_in_words(before.day)} if moved and before else "",
    )


def _clock_in_words(mark: Mark) -> str:
    """Which end of the day counts, and by whose clock."""
    if mark is Mark.DELETE_FROM:
        return _("from the start of the day, %(zone)s") % {"zone": zone_in_words()}
    return _("until the end of the day, %(zone)s") % {"zone": zone_in_words()}
