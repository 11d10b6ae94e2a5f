"""What a customer gives up when it asks for an earlier deletion, in words of the active language."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offboarding.models import Agreement
from offboarding.rule_words import day_in_words

MOST_WARNING = 30
"""Days before a deletion on which the first reminder comes."""


def gives_up(agreement: Agreement, delete_from: date, today: date) -> list[str]:
    """Sentence by sentence what the earlier day means; the agreement has its dates."""
    assert agreement.delete_from is not None
    assert agreement.export_until is not None
    until = delete_from - timedelta(days=1)
    lost = (agreement.delete_from - delete_from).days
    facts = {
        "was": day_in_words(agreement.delete_from), "day": day_in_words(delete_from), "until": day_in_words(until),
        "window": day_in_words(agreement.export_until), "days": lost,
    }  # fmt: skip
    lines = [
        _("Our data may be deleted from %(day)s on, and no longer only from %(was)s on.") % facts,
        ngettext(
            "We give up %(days)d day in which the data would still be there.",
            "We give up %(days)d days in which the data would still be there.",
            lost,
        )
        % facts,
    ]
    if until < agreement.export_until:
        lines.append(_("We can request exports until %(until)s only, and no longer until %(window)s.") % facts)
    if (delete_from - today).days < MOST_WARNING:
        lines.append(_("Reminders come at once; deletion waits until we have had fair time to answer them."))
    lines.append(_("What is deleted cannot be brought back."))
    return lines


def same_name(typed: str, known: str) -> bool:
    """Whether somebody typed a name as it is on record, whatever its capitals, blanks and way of writing accents."""
    return bool(_plain(typed)) and _plain(typed) == _plain(known)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
