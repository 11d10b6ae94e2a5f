"""A key with which a command line fetches the files of one package, for somebody who is signed in.

``curl`` cannot sign in by an e-mailed code, and a session's cookie in a command would open the whole page to whoever
reads it. So a person who is signed in makes a key: for the files of one package and nothing else, for a quarter of an
hour. It travels in a header, never in an address, so no link that is forwarded gives anything, and no log keeps it. It
stands for the session in which it was made: signing out ends it, as does everything that ends the session or the
contact's right. Who may fetch is asked anew on every request, as with the page itself.
"""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from importlib import import_module
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from exports import announcing, downloads
from exports.models import ExportJob
from offboarding.actors import Actor
from offboarding.models import Contact

LIFE = timedelta(minutes=15)
"""How long a transfer can be begun or gone on with; one that runs is not cut off."""
SCHEME = "Bearer "


class NoKeyError(ValueError):
    """The key is unknown, too old, for another package, or its session has ended."""


@transaction.atomic
def make(job: ExportJob, *, contact: Contact, session_key: str) -> str:
    """A key for the package's files, for the contact whose session this is; into the journal that one was made."""
    downloads.find(job, downloads.sums_name(job), contact=contact)
    minutes = int(LIFE.total_seconds() // 60)
    actor = Actor.contact(contact.pk)
    announcing.record("export.key_made", job.customer, actor=actor, export=job.pk, minutes=minutes)
    return _box().encrypt(json.dumps({"session": session_key, "export": job.pk}).encode()).decode()


def user_of(header: str, job: int) -> User:
    """Who is signed in by the session behind an ``Authorization`` header; ``NoKeyError``."""
    if not header.startswith(SCHEME):
        raise NoKeyError
    try:
        told: dict[str, Any] = json.loads(_box().decrypt(header.removeprefix(SCHEME), ttl=int(LIFE.total_seconds())))
    except (InvalidToken, ValueError, TypeError) as error:
        raise NoKeyError from error
    if told["export"] != job:
        raise NoKeyError
    asked = HttpRequest()
    asked.session = import_module(settings.SESSION_ENGINE).SessionStore(told["session"])
    user = get_user(asked)
    if not isinstance(user, User) or not user.is_active:
        raise NoKeyError
    return user


def _box() -> Fernet:
    """Encrypts: the session's own key must not be read out of it."""
    return Fernet(base64.urlsafe_b64encode(salted_hmac("exports.download_keys", "", algorithm="sha256").digest()))
