"""What exports add to the journal: event → sentence and facts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from offboarding.journal_kinds import Event, Kind

ID, COUNT, CODES, HASH = Kind.ID, Kind.COUNT, Kind.CODES, Kind.HASH
PACKAGE = {"export": ID, "volumes": COUNT, "rows": COUNT, "files": COUNT, "manifest_sha256": HASH}

EVENTS = {
    "export.requested": Event(_("Export %(export)s requested."), export=ID, categories=CODES, formats=CODES),
    "export.cancelled": Event(_("Export %(export)s cancelled."), export=ID),
    "export.retried": Event(_("Export %(export)s started again."), export=ID),
    "export.complete": Event(_("Export %(export)s is complete and proved."), **PACKAGE),
    "export.incomplete": Event(_("Export %(export)s ended incomplete."), **PACKAGE),
    "export.failed": Event(_("Export %(export)s failed."), export=ID, attempts=COUNT),
    "export.expired": Event(_("The package of export %(export)s was removed; its record stays."), export=ID),
    "export.missing_accepted": Event(
        ngettext_lazy(
            "Accepted by name that %(count)s file is missing.",
            "Accepted by name that %(count)s files are missing.",
            "count",
        ),
        count=COUNT,
        files=CODES,
    ),
}
