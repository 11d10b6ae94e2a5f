"""What a letter was about, as its reader remembers it: the customer's history names letters by this."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from offboarding.models import JournalEntry, Letter, TransferAssistance

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Occasion, Help = Letter.Occasion, TransferAssistance.State

ABOUT: dict[str, StrOrPromise] = {
    Occasion.ACKNOWLEDGEMENT: _("your notice has reached us"),
    Occasion.DECISION: _("what your notice leads to"),
    Occasion.DATES_CHANGED: _("your dates have changed"),
    Occasion.CONTINUES: _("your agreement goes on"),
    Occasion.WINDOW_OPEN: _("you can ask for your data"),
    Occasion.EXPORT_READY: _("your export is ready"),
    Occasion.EXPORT_REMINDER: _("please say whether your export has arrived"),
    Occasion.RECEIPT: _("what you said about your export"),
    Occasion.HOLD: _("your data is kept for legal reasons"),
    Occasion.DELETED: _("your data is deleted"),
}
"""Other occasions are called as on the desk."""
ABOUT_HELP: dict[str, StrOrPromise] = {
    Help.REQUESTED: _("you asked for help with moving"),
    Help.OFFERED: _("our offer to help you move"),
    "accepted": _("you said yes to our offer of help"),
    Help.AGREED: _("our help with moving is agreed"),
    Help.DONE: _("our help with moving is finished"),
    Help.DECLINED: _("the help with moving was declined"),
}


def about(entries: Iterable[JournalEntry]) -> dict[int, str]:
    """Of each sent letter among the entries what it was about, by ``seq``; one query where help was the matter."""
    sent = [entry for entry in entries if entry.event == "letter.sent"]
    keys = _keys([entry for entry in sent if entry.facts.get("occasion") == Occasion.ASSISTANCE])
    found = {}
    for entry in sent:
        words = ABOUT_HELP.get(keys.get(entry.facts.get("letter"), "")) or ABOUT.get(entry.facts.get("occasion", ""))
        if words:
            found[entry.seq] = str(words)
    return found


def _keys(entries: list[JournalEntry]) -> dict[int, str]:
    """Letter → what stands behind the number of the help in its key: ``assistance:1:7-offered:ada@7.example``."""
    if not entries:
        return {}
    rows = Letter.objects.filter(pk__in=[entry.facts["letter"] for entry in entries]).values_list("pk", "key")
    return {pk: key.split(":")[2].partition("-")[2] for pk, key in rows}
