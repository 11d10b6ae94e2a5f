"""What an administrator does about somebody's sign-in: take a lost second factor away, end sessions. Written down.

The journal is about cases, so this goes to Django's own log of the admin: who, when, to whom, and why.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from offboarding import customer_access
from offboarding.stating import stated


@transaction.atomic
def reset_second_factor(user: User, *, by: User, because: str) -> None:
    """Takes every factor and recovery code of somebody else away and ends the sessions: a new one must be set up."""
    because = _allowed(user, by, because)
    if user.pk == by.pk:
        raise ValidationError({"user": _("Change your own second factor on your own page.")})
    removed, _kinds = Authenticator.objects.filter(user=user).delete()
    if not removed:
        raise ValidationError({"user": _("This person has no second factor.")})
    ended = customer_access.end_sessions(user)
    _write_down(user, by, f"Second factor reset; {removed} removed, {ended} sessions ended. {because}")


@transaction.atomic
def end_sessions(user: User, *, by: User, because: str) -> int:
    """Signs somebody out everywhere; how many sessions."""
    because = _allowed(user, by, because)
    ended = customer_access.end_sessions(user)
    _write_down(user, by, f"{ended} sessions ended. {because}")
    return ended


def _allowed(user: User, by: User, because: str) -> str:
    if not (by.is_active and by.is_superuser):
        raise PermissionDenied
    because = stated(because, _("Say why."))
    User.objects.select_for_update().get(pk=user.pk)
    return because


def _write_down(user: User, by: User, text: str) -> None:
    LogEntry.objects.log_actions(by.pk, [user], CHANGE, change_message=text, single_object=True)
