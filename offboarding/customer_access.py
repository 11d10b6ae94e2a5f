"""Who may sign in as a customer's contact: whom the register names, by a code mailed to the address it holds.

An account is made when a code is first asked for. It holds the address and nothing else of the person, has no
password, and is worth nothing without an active contact: ``portal.visits`` asks that again on every request.
"""

from __future__ import annotations

import secrets

from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import connection, transaction

from offboarding.models import Contact

USERNAME = "contact-"
"""How the user name of a contact's account begins; what follows is random."""


def contact_of(address: str) -> Contact | None:
    """An active contact with this address who may see its customer's case; None for strangers and for staff."""
    contacts = Contact.objects.active().with_address(address).filter(may_see=True)
    contact = contacts.select_related("customer").order_by("pk").first()
    staff = User.objects.filter(email__iexact=address.strip(), is_staff=True).exists()
    return None if staff else contact


@transaction.atomic
def account_of(contact: Contact | None) -> User | None:
    """The account of a contact, made where there is none; None for nobody.

    One is made for nobody too, and taken back: the answer to a stranger takes the same steps as that to a contact, and
    waits as often for the disk.
    """
    address = contact.email if contact is not None else ""
    if address and (found := User.objects.filter(email__iexact=address, is_staff=False).order_by("pk").first()):
        return found if found.is_active else None
    _wait_for_no_disk()
    made = User.objects.create(
        username=f"{USERNAME}{secrets.token_hex(8)}", email=address, password=make_password(None)
    )
    if contact is None:
        transaction.set_rollback(True)
        return None
    return made


def _wait_for_no_disk() -> None:
    """The commit of this transaction does not wait: that of the session, which follows, brings both to the disk."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO OFF")


def may_still_see(user: User) -> bool:
    """Whether the account is of an active contact, and not of staff."""
    return not user.is_staff and bool(user.email) and contact_of(user.email) is not None


def end_sessions_without_a_contact(address: str) -> int:
    """Ends the sessions of an address for which nobody may see a case any more; how many."""
    if contact_of(address) is not None:
        return 0
    return end_sessions(User.objects.filter(email__iexact=address.strip(), is_staff=False).first())


def end_sessions(user: User | None) -> int:
    """Ends every session of a person; how many."""
    sessions = list(UserSession.objects.filter(user=user)) if user is not None else []
    for session in sessions:
        session.end()
    return len(sessions)
