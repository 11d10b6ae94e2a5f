"""Mails of the sign-in: the code to a contact, and word to staff that their sign-in was changed.

They are no letters: a code is a secret, so nothing of it is kept. A mail is sent beside the request, which therefore
ends as soon for a known address as for an unknown one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offboarding.letter_body import Block, as_text, one_line
from offboarding.mail_addresses import sender
from offboarding.models import Contact

logger = logging.getLogger(__name__)
_beside = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sign-in-mail")
PAUSE = 0.5
"""Seconds before a mail is written: by then the answer is away, and no work for the mail can be seen in its time."""
CHANGES = {
    "account/email/password_changed": gettext_lazy("Your password was changed."),
    "mfa/email/totp_activated": gettext_lazy("An authenticator app was set up for your account."),
    "mfa/email/totp_deactivated": gettext_lazy("The authenticator app of your account was removed."),
    "mfa/email/webauthn_added": gettext_lazy("A passkey was added to your account."),
    "mfa/email/webauthn_removed": gettext_lazy("A passkey was removed from your account."),
    "mfa/email/recovery_codes_generated": gettext_lazy("New recovery codes were made for your account."),
    "socialaccount/email/account_connected": gettext_lazy("Your account was connected with the single sign-on."),
}
"""What allauth reports, by the name of its template → our sentence."""


def send_code(contact: Contact, code: str, valid_until: datetime) -> None:
    """The code, in the contact's language; returns before the mail is written."""
    _beside.submit(_careful, _code, contact, code, valid_until)


def tell_staff(user: User, template: str, at: datetime) -> None:
    """That something about a person's own sign-in was changed; nothing where no sentence is known or no address is."""
    if user.is_staff and user.email and template in CHANGES:
        _beside.submit(_careful, _change, user, template, at, translation.get_language() or settings.LANGUAGE_CODE)


def _code(contact: Contact, code: str, valid_until: datetime) -> None:
    with translation.override(contact.writes_in):
        until = f"{formats.date_format(timezone.localtime(valid_until), 'DATETIME_FORMAT')} ({settings.TIME_ZONE})"
        texts = [
            _("With this code you sign in on the page where you asked for it:"),
            code,
            _("It is valid until %(until)s, once, and only in the browser that asked for it.") % {"until": until},
            _("You did not ask for it? Then somebody typed in your address. Without this code nobody gets in, and you "
              "need not do anything. Never pass the code on: we do not ask for it, on the phone or by mail."),
        ]  # fmt: skip
        opening = _("Hello %(name)s,") % {"name": one_line(contact.name)}
        link = f"{settings.SITE_URL}{reverse('portal-sign-in')}"
        _send(contact.email, _("Your code for signing in"), opening, texts, _("You asked for it here:"), link)


def _change(user: User, template: str, at: datetime, language: str) -> None:
    with translation.override(language):
        when = formats.date_format(timezone.localtime(at), "DATETIME_FORMAT")
        said = _("This was on %(when)s.") % {"when": when}
        texts = [
            f"{CHANGES[template]} {said}",
            _("Was it not you? Then tell your administrator at once, who can end your sessions."),
        ]
        opening = _("Hello %(name)s,") % {"name": one_line(user.get_full_name() or user.get_username())}
        link = f"{settings.SITE_URL}{reverse('mfa_index')}"
        _send(user.email, _("Your sign-in was changed"), opening, texts, _("Your sign-in:"), link)


def _send(address: str, subject: str, opening: str, texts: list[str], link_text: str, link: str) -> None:
    """One mail in the active language."""
    blocks = tuple(Block(text) for text in texts)
    language = translation.get_language() or settings.LANGUAGE_CODE
    regards, vendor, reply = _("Kind regards,"), one_line(settings.VENDOR_NAME), _("Please do not answer this mail.")
    closing = {"link_text": link_text, "link": link, "reply_text": reply, "regards": regards, "vendor": vendor}
    html = render_to_string(
        "letters/layout.html",
        {"language": language, "subject": subject, "opening": opening, "blocks": blocks, "dates": (), **closing},
    )
    text = as_text(opening, blocks, (), [f"{link_text}\n{link}", reply, f"{regards}\n{vendor}"])
    mail = EmailMultiAlternatives(
        subject,
        text,
        sender(),
        [address],
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )
    mail.attach_alternative(html, "text/html")
    mail.send()


def _careful(write: Callable[..., None], *told: Any) -> None:
    time.sleep(PAUSE)
    try:
        write(*told)
    except Exception:  # whatever the mail server does: the person asks again, and the operator reads this
        logger.exception("A mail of the sign-in could not be sent.")
