"""What exports add to the journal: event → sentence and facts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from exports.labels import CATEGORIES
from offboarding.journal_kinds import Event, Fact, Kind

ID, COUNT, CODES, HASH = Kind.ID, Kind.COUNT, Kind.CODES, Kind.HASH
PACKAGE = {"export": ID, "volumes": COUNT, "rows": COUNT, "files": COUNT, "manifest_sha256": HASH}
CATEGORY_NAMES = {category.value: name for category, (name, _text) in CATEGORIES.items()}

EVENTS = {
    "export.requested": Event(_("Export %(export)s requested."), export=ID, categories=CODES, formats=CODES),
    "export.cancelled": Event(_("Export %(export)s cancelled."), export=ID),
    "export.retried": Event(_("Export %(export)s started again."), export=ID),
    "export.complete": Event(_("Export %(export)s is complete and proved."), **PACKAGE),
    "export.incomplete": Event(_("Export %(export)s ended incomplete."), **PACKAGE),
    "export.failed": Event(_("Export %(export)s failed."), export=ID, attempts=COUNT),
    "export.expired": Event(_("The package of export %(export)s was removed; its record stays."), export=ID),
    "export.confirmed": Event(
        _("The package of export %(export)s was confirmed: everything has arrived."),
        export=ID,
        receipt=ID,
        manifest_sha256=HASH,
    ),
    "export.objected": Event(
        _("Something is missing in export %(export)s, the customer says: %(categories)s."),
        export=ID,
        receipt=ID,
        manifest_sha256=HASH,
        categories=Fact(CODES, CATEGORY_NAMES),
    ),
    "export.objection_settled": Event(
        _("The objection to export %(export)s is settled."), export=ID, receipt=ID, by_export=ID
    ),
    "export.downloaded": Event(
        _("Volume %(volume)s of export %(export)s was downloaded, from byte %(start)s of %(bytes)s on."),
        export=ID,
        volume=ID,
        start=COUNT,
        bytes=COUNT,
    ),
    "export.key_made": Event(
        ngettext_lazy(
            "A key to download export %(export)s from a command line was made, for %(minutes)s minute.",
            "A key to download export %(export)s from a command line was made, for %(minutes)s minutes.",
            "minutes",
        ),
        export=ID,
        minutes=COUNT,
    ),
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
