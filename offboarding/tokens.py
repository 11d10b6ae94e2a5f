"""Tokens by which programs use the API for a person or for themselves: issued, and revoked, with a journal entry.

Only a hash of a token is kept, and each ends by itself. A superuser issues and revokes any; everybody else their own.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from knox.models import AuthToken

from offboarding import journal
from offboarding.actors import Actor
from offboarding.canonical import digest
from offboarding.models import Contact

MOST = 10
"""Tokens of one user: whoever needs more has lost sight of them."""


@transaction.atomic
def issue(user: User, *, by: User, days: int) -> tuple[AuthToken, str]:
    """A new token that may do what the user may; its text is given here and never again.

    Refused for people of a customer's: they have their own page.
    """
    actor = _allow(user, by)
    user = User.objects.select_for_update().get(pk=user.pk)
    if not 1 <= days <= settings.API_TOKEN_DAYS:
        raise ValidationError(
            {"days": _("A token is valid for 1 to %(most)d days.") % {"most": settings.API_TOKEN_DAYS}}
        )
    if not user.is_active or (not user.is_staff and _of_a_customer(user)):
        raise ValidationError({"user": _("This user cannot have a token.")})
    if AuthToken.objects.filter(user=user).count() >= MOST:
        raise ValidationError(
            {"user": _("This user has %(most)d tokens already; revoke one that is not needed.") % {"most": MOST}}
        )
    token, text = AuthToken.objects.create(user, expiry=timedelta(days=days))
    _write_down("token.issued", token, actor, expires=token.expiry.isoformat())
    return token, text


@transaction.atomic
def revoke(token: AuthToken, *, by: User) -> None:
    """From now on nobody gets in with it; one that is gone already is none."""
    actor = _allow(token.user, by)
    if AuthToken.objects.filter(pk=token.pk).delete()[0]:
        _write_down("token.revoked", token, actor)


def _allow(user: User, by: User) -> Actor:
    if not (by.is_active and (by.is_superuser or by.pk == user.pk)):
        raise PermissionDenied(_("Only a superuser handles other people's tokens."))
    return Actor.staff(by.pk, by.get_username())


def _of_a_customer(user: User) -> bool:
    return bool(user.email) and Contact.objects.with_address(user.email).exists()


def _write_down(event: str, token: AuthToken, actor: Actor, **facts: str) -> None:
    told = {"user": token.user_id, "token": digest(token.digest.encode()), **facts}
    journal.record(event, actor=actor, facts=told)
