"""The four roles of the vendor's staff, and what each may do with customers, agreements and notices. Pure.

Upper packages say the same of their own records in a module ``roles`` with a table ``ROLES``. Migrations put these
tables into the groups of the same names; a test compares. Nobody but a superuser manages users, groups and tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


def gettext_noop(text: str) -> str:
    """Marks a text for translation where no Django may be: ``makemessages`` knows the name."""
    return text


class Role(StrEnum):
    """Names of groups; who the role is for stands in ``WHO``."""

    SUPPORT = "Support"
    LEAD = "Lead"
    LEGAL = "Legal"
    AUDITOR = "Auditor"


NAMES = {
    Role.SUPPORT: gettext_noop("Support"),
    Role.LEAD: gettext_noop("Lead"),
    Role.LEGAL: gettext_noop("Legal"),
    Role.AUDITOR: gettext_noop("Auditor"),
}
WHO = {
    Role.SUPPORT: gettext_noop("Does the day's work with customers who leave; decides nothing that cannot be undone."),
    Role.LEAD: gettext_noop("Decides what notices mean and what is deleted when; nothing goes by a lead's word alone."),
    Role.LEGAL: gettext_noop("Says what must stay and agrees to what may go; plans and starts nothing."),
    Role.AUDITOR: gettext_noop("Looks at everything that was done, and changes nothing."),
}
"""Role → who has it, in one sentence."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Permissions of one package that belong together, and what they are for, in one sentence."""

    why: str
    permissions: tuple[str, ...]
    """Codenames."""


Table = Mapping[Role, tuple[Grant, ...]]

LOOK = Grant(
    gettext_noop("Looks at customers, contacts, agreements, notices, letters, messages and the journal."),
    (
        "view_customer", "view_contact", "view_agreement", "view_waiver", "view_transferassistance",
        "view_assistancehours", "view_letter", "view_storedmessage", "view_terminationnotice", "view_journalentry",
    ),
)  # fmt: skip
ENTER = Grant(
    gettext_noop("Enters customers, their contacts and agreements, and keeps names, languages and rights right."),
    ("add_customer", "change_customer", "add_contact", "change_contact", "add_agreement"),
)
WRITE_DOWN = Grant(
    gettext_noop("Writes down what a customer says: a notice, its withdrawal, an objection, a signed waiver."),
    ("record_terminationnotice", "withdraw_terminationnotice", "record_waiver"),
)
POST = Grant(
    gettext_noop("Reads incoming originals, settles messages that nobody could place, and sends letters again."),
    ("read_storedmessage", "settle_storedmessage", "resend_letter"),
)
HELP = Grant(
    gettext_noop("Handles help with a transfer, from the request to the last hour."), ("manage_transferassistance",)
)
DECIDE = Grant(
    gettext_noop("Decides what a notice means, vouches for its sender and settles objections."),
    ("decide_terminationnotice",),
)
MOVE = Grant(
    gettext_noop("Changes an agreement's terms, ends, renews or extends it; promised dates only move later."),
    ("change_agreement", "end_agreement", "extend_agreement"),
)
AGREE_EARLIER = Grant(
    gettext_noop("Approves a customer's signed wish for earlier deletion; two different people have to."),
    ("approve_waiver",),
)
READ = Grant(
    gettext_noop("Reads incoming originals: what a customer wrote may decide what has to be kept."),
    ("read_storedmessage",),
)

_SUPPORT = (LOOK, ENTER, WRITE_DOWN, POST, HELP)
ROLES: Table = {
    Role.SUPPORT: _SUPPORT,
    Role.LEAD: (*_SUPPORT, DECIDE, MOVE, AGREE_EARLIER),
    Role.LEGAL: (LOOK, READ, AGREE_EARLIER),
    Role.AUDITOR: (LOOK,),
}
"""Role → what it may do with the records of this package."""


def codenames(table: Table, role: Role) -> set[str]:
    """All permissions of a role in one package's table."""
    return {name for grant in table[role] for name in grant.permissions}
