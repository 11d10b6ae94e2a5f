"""What waits for the customer: each kind is a selection of agreements. Packages declare their own from ``ready``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from offboarding.models import TerminationNotice, TransferAssistance

Turn = Callable[[date], Q]
"""Today → the condition on agreements under which this waits."""

_turns: dict[str, tuple[str | Promise, Turn]] = {}


def declare(key: str, label: str | Promise, turn: Turn) -> None:
    """Lets the list of agreements be filtered by this, after what was declared before."""
    _turns[key] = (label, turn)


def choices() -> tuple[tuple[str, str | Promise], ...]:
    """Keys and labels, in order."""
    return tuple((key, label) for key, (label, _turn) in _turns.items())


def condition(key: str, today: date) -> Q:
    """Agreements for which this waits. KeyError for what nobody declared."""
    _label, turn = _turns[key]
    return turn(today)


def declare_all() -> None:
    """Those of this package."""
    declare("offer", _("an offer of help with the transfer"), _offered)
    declare("objection", _("time to object to a notice"), _may_object)


def _offered(today: date) -> Q:
    return Q(pk__in=TransferAssistance.objects.filter(state=TransferAssistance.State.OFFERED).values("agreement"))


def _may_object(today: date) -> Q:
    """A notice that is not withdrawn, and to which the customer has not objected yet."""
    standing = TerminationNotice.objects.filter(object_until__gte=today, objected_at=None).exclude(state="withdrawn")
    return Q(pk__in=standing.values("agreement"))
