"""What comes next after a verb, as a link beside the message that says what was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from offboarding.admin.case_attention import to_list
from offboarding.admin.case_verbs import Button, home_of
from offboarding.desk_matters import address_of
from offboarding.models import Agreement, Letter, TerminationNotice

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Then = Callable[[Any, Any, Any], Button | None]


def see_letters(record: Any, _made: Any, user: Any) -> Button | None:
    """What the customer is told about it."""
    home = home_of(record)
    if not isinstance(home, Agreement):
        return None
    ways = to_list(user, Letter, _("See what is written to the customer"), agreement__id__exact=home.pk)
    return ways[0] if ways else None


def form_of_made(verb: str, label: StrOrPromise, permission: str) -> Then:
    """A form of what was made, for those who may use it."""

    def then(_record: Any, made: Any, user: Any) -> Button | None:
        meta = getattr(made, "_meta", None)
        if meta is None or not user.has_perm(f"{meta.app_label}.{permission}"):
            return None
        return Button(label, address_of(f"{meta.label_lower.replace('.', '_')}_{verb}", made.pk))

    return then


def decide_notice(_record: Any, made: Any, user: Any) -> Button | None:
    """The form that a notice waits for: its sender's, else its decision."""
    waits = isinstance(made, TerminationNotice) and made.state == TerminationNotice.State.RECEIVED
    if not waits or not user.has_perm("offboarding.decide_terminationnotice"):
        return None
    verb, label = ("vouch", _("Vouch for the sender")) if made.needs else ("decide", _("Decide the notice"))
    return Button(label, address_of(f"offboarding_terminationnotice_{verb}", made.pk))
