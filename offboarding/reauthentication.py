"""Asks again who somebody is, before what cannot be taken back: a screen left open is not the person.

Every attempt takes one of a few slots before the password is looked at, so that many at once are no way around the
limit; the right password frees them all.
"""

from __future__ import annotations

import logging

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
    """Nothing where ``password`` is theirs; a ValidationError for ``password`` otherwise, or after too many tries."""
    slots = [f"reauthentication:{by.pk}:{number}" for number in range(ATTEMPTS)]
    if not any(cache.add(slot, True, MINUTES * 60) for slot in slots):
        logger.warning("Too many wrong passwords of user %s where a password was asked for again.", by.pk)
        text = ngettext(
            "Too many wrong passwords. Wait %(minutes)s minute; nothing has been done.",
            "Too many wrong passwords. Wait %(minutes)s minutes; nothing has been done.",
            MINUTES,
        )
        raise ValidationError({"password": text % {"minutes": MINUTES}})
    found = authenticate(username=by.get_username(), password=password)
    if found is None or found.pk != by.pk:
        logger.warning("A wrong password of user %s where a password was asked for again.", by.pk)
        raise ValidationError({"password": _("That is not your password. Nothing has been done.")})
    cache.delete_many(slots)
