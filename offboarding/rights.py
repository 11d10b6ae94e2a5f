"""Who may do what: the one place where a verb asks."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from offboarding.actors import Actor

PERMISSIONS = [
    gettext_noop("Can end or renew an agreement"),
    gettext_noop("Can move an agreement's dates later"),
    gettext_noop("Can record a customer's waiver"),
    gettext_noop("Can approve a customer's waiver"),
    gettext_noop("Can handle help with a transfer"),
    gettext_noop("Can send a letter again or settle what became of it"),
    gettext_noop("Can settle a message that waits for a person"),
    gettext_noop("Can read a message's original"),
    gettext_noop("Can record a notice"),
    gettext_noop("Can decide a notice"),
    gettext_noop("Can record that a notice is withdrawn"),
]
"""Names of the models' own permissions: the database keeps them in English, the screens translate them."""


def allow(by: User, permission: str) -> Actor:
    """Raises ``PermissionDenied`` unless the person has ``app.codename``; gives the person as an actor."""
    if not by.has_perm(permission):
        raise PermissionDenied(_("You do not have the permission “%(name)s”.") % {"name": permission.partition(".")[2]})
    return Actor.staff(by.pk, by.get_username())
