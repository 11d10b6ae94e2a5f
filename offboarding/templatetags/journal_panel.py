"""The journal of one agreement, in words, for the pages that show an agreement."""

from __future__ import annotations

from typing import Any

from django import template

from offboarding import journal, journal_words
from offboarding.models import Agreement

register = template.Library()
MOST = 20
"""The newest entries that the panel shows; the list has them all."""


@register.inclusion_tag("admin/offboarding/journal_panel.html", takes_context=True)
def journal_panel(context: dict[str, Any], agreement: Agreement) -> dict[str, Any]:
    """The newest entries for whoever may see the journal."""
    may_view = context["request"].user.has_perm("offboarding.view_journalentry")
    found = journal.entries_of(agreement, MOST + 1) if may_view else []
    names = journal_words.contact_names(found)
    return {
        "agreement": agreement,
        "entries": [
            {
                "sentence": journal_words.sentence(entry),
                "who": journal_words.who(entry, names),
                "at": entry.at,
                "reason": entry.reason,
            }
            for entry in found[:MOST]
        ],
        "more": len(found) > MOST,
        "may_view": may_view,
    }
