"""Settings of the sign-in, taken up by ``settings``: how staff and customers prove who they are, and for how long."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from offboarding.configuration import Environment

env = Environment(Path(__file__).resolve().parent.parent)

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]

# How long: a session ends so many hours after its sign-in, whatever happens in it. That of staff also when idle.
SESSION_COOKIE_AGE = 12 * 3600
STAFF_SESSION_HOURS = env.whole("STAFF_SESSION_HOURS", default=10, least=1, most=12)
STAFF_IDLE_MINUTES = env.whole("STAFF_IDLE_MINUTES", default=45, least=5)
STAFF_SESSIONS = env.whole("STAFF_SESSIONS", default=5, least=1)

# The second factor of staff. "optional" is for a first look only.
STAFF_SECOND_FACTOR = env.text("STAFF_SECOND_FACTOR", default="required")
if STAFF_SECOND_FACTOR not in ("required", "optional"):
    raise ImproperlyConfigured(f"STAFF_SECOND_FACTOR: {STAFF_SECOND_FACTOR!r} is neither required nor optional.")
if STAFF_SECOND_FACTOR == "optional" and not env.flag("DEBUG", default=False):
    raise ImproperlyConfigured("STAFF_SECOND_FACTOR: optional is for a first look with DEBUG=true; leave it out here.")

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
