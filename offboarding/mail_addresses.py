"""Our own addresses in a letter: where answers go, and what a letter is called."""

from __future__ import annotations

import secrets
from email.utils import formataddr

from django.conf import settings

from offboarding.letter_body import one_line


def new_message_id(reference: str) -> str:
    """``<R-7K3M-9QXW.5f3a…@notices.example>``: unique, and an answer's In-Reply-To names the agreement."""
    return f"<{reference}.{secrets.token_hex(12)}@{settings.NOTICE_ADDRESS.rpartition('@')[2]}>"


def answers_to(reference: str) -> str:
    """The address for notices with the reference, e.g. ``notices+R-7K3M-9QXW@example.com``."""
    local, _at, domain = settings.NOTICE_ADDRESS.rpartition("@")
    return f"{local}+{reference}@{domain}"


def sender() -> str:
    """The vendor's name with the address that letters come from."""
    return formataddr((one_line(settings.VENDOR_NAME), settings.MAIL_FROM))
