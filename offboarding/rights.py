"""Who may do what: the one place where a verb asks."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from offboarding.actors import Actor


def allow(by: User, permission: str) -> Actor:
    """Raises ``PermissionDenied`` unless the person has ``app.codename``; gives the person as an actor."""
    if not by.has_perm(permission):
        raise PermissionDenied(_("You do not have the permission “%(name)s”.") % {"name": permission.partition(".")[2]})
    return Actor.staff(by.pk, by.get_username())
