"""What a contact writes or ticks; every rule about it is a verb's."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from offboarding.online_originals import MOST_WORDS
from offboarding.portal.visits import Visit

SALT = "offboarding.portal.forms"
VALID_SECONDS = 24 * 3600
TICK = _("Please tick this; without it nothing is sent.")


def _words(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip


class PlainForm(forms.Form):
    """Without colons after labels; ours are headings."""

    def __init__(self, *values: Any, **others: Any) -> None:
        super().__init__(*values, **{"label_suffix": "", **others})


class WithdrawForm(PlainForm):
    because = _words(_("Why do you take it back?"), _("All your contacts read this in a letter."))


class ObjectForm(PlainForm):
    text = _words(_("What do you object to?"), _("A person here reads it and answers."))


class HelpForm(PlainForm):
    scope = _words(
        _("What do you need help with?"),
        _("For example: which system you move to, what has to be carried over, by when. All your contacts read this."),
    )


class SureForm(PlainForm):
    """Nothing to write: only a button."""


class NoticeForm(PlainForm):
    words = _words(_("Do you want to add anything?"), _("It is kept with your notice, word for word."), required=False)


class SendNoticeForm(PlainForm):
    words = forms.CharField(required=False, max_length=MOST_WORDS, widget=forms.HiddenInput)
    token = forms.CharField(required=False, widget=forms.HiddenInput)
    sure = forms.BooleanField(label=_("Yes, I give notice for the customer."), error_messages={"required": TICK})


class DayForm(PlainForm):
    delete_from = forms.DateField(
        label=_("From which day on may we delete your data?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class SignForm(PlainForm):
    delete_from = forms.DateField(widget=forms.HiddenInput)
    token = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Your name"), max_length=255, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    customer_name = forms.CharField(
        label=_("The name of the customer you sign for"), max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )  # fmt: skip
    sure = forms.BooleanField(
        label=_("I have read what we give up, and I may sign for the customer."), error_messages={"required": TICK}
    )


def token_for(visit: Visit, **facts: str) -> str:
    """A signed word that one form was shown to one contact about one agreement, with the number of that form."""
    shown = {"form": secrets.token_hex(8), "agreement": visit.agreement.pk, "contact": visit.contact.pk, **facts}
    return signing.dumps(shown, salt=SALT, compress=True)


def shown_in(token: str, visit: Visit) -> dict[str, Any] | None:
    """The facts of a token; None where it is not ours, somebody else's, another agreement's, or a day old."""
    try:
        facts: dict[str, Any] = signing.loads(token, salt=SALT, max_age=VALID_SECONDS)
    except signing.BadSignature:
        return None
    mine = (facts.get("agreement"), facts.get("contact")) == (visit.agreement.pk, visit.contact.pk)
    return facts if mine else None
