"""What each role of the staff may do with exports, packages and receipts. Pure."""

from __future__ import annotations

from offboarding.roles import Grant, Role, Table, gettext_noop

LOOK = Grant(
    gettext_noop("Looks at exports, their progress, completeness and checksums, missing files and receipts."),
    ("view_exportjob", "view_volume", "view_missingfile", "view_receipt"),
)
EXPORT = Grant(
    gettext_noop("Requests, cancels and repeats exports, and writes down what a customer says about a package."),
    ("request_exportjob", "cancel_exportjob", "retry_exportjob", "record_receipt"),
)
SETTLE = Grant(
    gettext_noop("Settles objections to a package and accepts, by name, that a file is missing."),
    ("settle_receipt", "accept_missingfile"),
)
HAND_OUT = Grant(
    gettext_noop("Downloads a customer's package and removes one before its time: it is all of the customer's data."),
    ("download_exportjob", "expire_exportjob"),
)

ROLES: Table = {
    Role.SUPPORT: (LOOK, EXPORT),
    Role.LEAD: (LOOK, EXPORT, SETTLE, HAND_OUT),
    Role.LEGAL: (LOOK,),
    Role.AUDITOR: (LOOK,),
}
"""Role → what it may do with the records of this package."""
