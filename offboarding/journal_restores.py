"""Our own database was restored from a backup: its journal ends before signed heads do, and a person declares why.

The declaration is an entry that names every head whose entries are lost. From then on those heads are not held against
the journal; they stay where they are, and so does the entry.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from offboarding import journal, journal_heads
from offboarding.actors import Actor
from offboarding.journal_chain import Head
from offboarding.models import JournalEntry
from offboarding.stating import stated

RESTORED = "journal.restored"
MACHINE = Actor.machine("verify_journal")


def declare(because: str) -> list[Head]:
    """Records which signed heads speak of entries that the restored journal has not; gives those.

    ValidationError where there is none, or no reason is given. Raises OSError where the ``evidence`` storage does not
    answer.
    """
    because = stated(because, _("Say when and why the database was restored, and from which backup."))
    with transaction.atomic():
        journal.take_turn()
        lost = sorted(set(_lost()) - declared())
        if not lost:
            raise ValidationError({"because": _("No signed head speaks of entries that are not there.")})
        facts = {"count": len(lost), "heads": [list(head) for head in lost]}
        journal.record(RESTORED, actor=MACHINE, reason=because, facts=facts)
    return lost


def declared() -> set[Head]:
    """The heads that declarations in the journal name."""
    entries = JournalEntry.objects.filter(event=RESTORED).values_list("facts", flat=True)
    return {Head(*head) for facts in entries for head in facts["heads"]}


def _lost() -> list[Head]:
    heads = [found.head for found in journal_heads.every() if found.head is not None]
    entries = JournalEntry.objects.filter(seq__in=[head.seq for head in heads])
    standing = dict(entries.values_list("seq", "hash"))
    return [head for head in heads if standing.get(head.seq) != head.hash]
