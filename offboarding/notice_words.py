"""Why a notice waits for a person, in words."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from offboarding.mail_matching import Need

NEEDS = {
    Need.SENDER_UNKNOWN.value: gettext_noop("The sender is no contact of the customer."),
    Need.SENDER_NO_RIGHT.value: gettext_noop("The sender is a contact who may not give notice."),
    Need.NOT_LIVE.value: gettext_noop("The agreement has already ended."),
    Need.REFERENCE_UNKNOWN.value: gettext_noop("The message states a reference that no agreement has."),
}


def need(code: str) -> str:
    """The sentence for a code of ``mail_matching.Need``; a code that nobody knows any more stands as it is."""
    return gettext(NEEDS[code]) if code in NEEDS else code
