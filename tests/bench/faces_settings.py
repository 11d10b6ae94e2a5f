"""The application as it runs for real, for the bench: only where static files lie, and that no proxy ends HTTPS."""

from __future__ import annotations

import os
from pathlib import Path

from offboarding.settings import *  # noqa: F403 – every setting but these

STATIC_ROOT = Path(os.environ["FACES_STATIC"])
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
