"""No session without an end: so many hours after its sign-in, that of staff also when nobody uses it.

What a page asks by itself (``live.js``) is no use: browsers mark such requests, and only those for a page count.
"""

from __future__ import annotations

import time
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

BEGAN, SEEN = "session_began", "session_seen"
WRITE_EVERY = 60
"""Seconds between two notes of use: not every page writes to the database."""


@receiver(user_logged_in, dispatch_uid="session-limits")
def _begin(request: HttpRequest | None, user: User, **_others: Any) -> None:
    if request is not None and hasattr(request, "session"):
        request.session[BEGAN] = request.session[SEEN] = int(time.time())
        if user.is_staff:
            _end_the_oldest(user)


def _end_the_oldest(user: User) -> None:
    """Room for one more: at most ``STAFF_SESSIONS`` at once."""
    for session in UserSession.objects.filter(user=user).order_by("-created_at", "-pk")[settings.STAFF_SESSIONS - 1 :]:
        session.end()


def keep(request: HttpRequest) -> None:
    """Ends the session where its time is over; else notes, now and then, that it is used."""
    user = request.user
    if not isinstance(user, User):
        return
    now = int(time.time())
    began, seen = request.session.get(BEGAN, 0), request.session.get(SEEN, 0)
    if now - began >= _longest(user) or (user.is_staff and now - seen >= settings.STAFF_IDLE_MINUTES * 60):
        UserSession.objects.filter(session_key=request.session.session_key).delete()
        logout(request)
    elif now - seen >= WRITE_EVERY and request.headers.get("Sec-Fetch-Dest", "document") == "document":
        request.session[SEEN] = now
        UserSession.objects.create_from_request(request)


def _longest(user: User) -> int:
    """Seconds."""
    return settings.STAFF_SESSION_HOURS * 3600 if user.is_staff else settings.SESSION_COOKIE_AGE
