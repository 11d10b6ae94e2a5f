"""Asks again who somebody is, before what cannot be taken back: a screen left open is not the person.

Who signs in through the vendor's single sign-on may know no password here, so a code of the app for codes does as well.

Every attempt takes one of a few slots before it is looked at, so that many at once are no way around the limit; the
right answer frees them all.
"""

from __future__ import annotations

import logging

from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

ATTEMPTS = 5
MINUTES = 15
logger = logging.getLogger(__name__)


def confirm(by: User, password: str) -> None:
    """Nothing where ``password`` is theirs, or a code of their app (RFC 6238) that was not used yet.

    A ValidationError for ``password`` otherwise, or after too many tries.
    """
    slots = [f"reauthentication:{by.pk}:{number}" for number in range(ATTEMPTS)]
    if not any(cache.add(slot, True, MINUTES * 60) for slot in slots):
        logger.warning("Too many wrong answers of user %s where a password was asked for again.", by.pk)
        text = ngettext(
            "Too many wrong answers. Wait %(minutes)s minute; nothing has been done.",
            "Too many wrong answers. Wait %(minutes)s minutes; nothing has been done.",
            MINUTES,
        )
        raise ValidationError({"password": text % {"minutes": MINUTES}})
    if not (_is_password(by, password) or _is_code(by, password)):
        logger.warning("A wrong answer of user %s where a password was asked for again.", by.pk)
        text = _("That is neither your password nor a code of your app. Nothing has been done.")
        raise ValidationError({"password": text})
    cache.delete_many(slots)


def _is_password(by: User, said: str) -> bool:
    found = authenticate(username=by.get_username(), password=said)
    return found is not None and found.pk == by.pk


def _is_code(by: User, said: str) -> bool:
    apps = Authenticator.objects.filter(user=by, type=Authenticator.Type.TOTP)
    return any(app.wrap().validate_code(said) for app in apps)
