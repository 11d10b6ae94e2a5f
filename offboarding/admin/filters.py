"""Filters of the list of agreements, as support thinks: where it stands, what waits, what is due, whose clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from offboarding import customer_turn
from offboarding.models import Agreement
from offboarding.phases import Phase

Agreements = QuerySet[Agreement]
ORDER = {
    "service_7": ("service_ends", "pk"),
    "service_30": ("service_ends", "pk"),
    "window_7": ("export_until", "pk"),
    "window_30": ("export_until", "pk"),
    "deletion_7": ("delete_from", "pk"),
    "deletion_30": ("delete_from", "pk"),
    "held": ("held_since", "pk"),
    Phase.ENDING.value: ("service_ends", "pk"),
    Phase.EXPORT_WINDOW.value: ("export_until", "pk"),
    Phase.CLOSING.value: ("delete_from", "pk"),
    Phase.ON_HOLD.value: ("held_since", "pk"),
}
"""Choice of ``due`` or ``phase`` → the date that matters then, the earliest first."""
DATES = {field for field, _key in ORDER.values()}
"""Where the order's own index holds little but the rows that are asked for."""

FEW = {"person": None, "due": None, "waiting": None, "phase": {phase.value for phase in Phase} - {"active", "deleted"}}
"""Filter → the choices that leave few rows of many, None for each."""


def is_narrow(chosen: Mapping[str, Any]) -> bool:
    """Whether some filter leaves few rows of many: they are found first, and sorted then."""
    return any(name in chosen and (values is None or chosen[name] in values) for name, values in FEW.items())


class _Choice(admin.SimpleListFilter):
    """One of some choices; anything else is refused as Django refuses a wrong address."""

    choices_offered: tuple[tuple[str, Any], ...]

    def lookups(self, request: HttpRequest, model_admin: Any) -> tuple[tuple[str, Any], ...]:
        return self.choices_offered

    def queryset(self, request: HttpRequest, queryset: Agreements) -> Agreements:
        chosen = self.value()
        if chosen is None:
            return queryset
        if chosen not in dict(self.choices_offered):
            raise IncorrectLookupParameters(f"{self.parameter_name}: {chosen!r} is no choice")
        return self.chosen(queryset, chosen, timezone.localdate())

    def chosen(self, agreements: Any, choice: str, today: date) -> Agreements:
        """The agreements of one choice."""
        raise NotImplementedError


class PhaseFilter(_Choice):
    """The phase it is in today."""

    title = _("phase")
    parameter_name = "phase"
    choices_offered = tuple(Phase.choices)

    def chosen(self, agreements: Any, choice: str, today: date) -> Agreements:
        found: Agreements = agreements.in_phase(Phase(choice), today)
        return found


class PersonFilter(_Choice):
    """Whether something waits that no machine may decide."""

    title = _("needs a person")
    parameter_name = "person"
    choices_offered = (("yes", _("yes")),)

    def chosen(self, agreements: Any, choice: str, today: date) -> Agreements:
        found: Agreements = agreements.needing_a_person()
        return found


class DueFilter(_Choice):
    """What comes soon; the list is then in the order of that date."""

    title = _("due soon")
    parameter_name = "due"
    choices_offered = (
        ("service_7", _("service ends within 7 days")),
        ("service_30", _("service ends within 30 days")),
        ("window_7", _("time for exports ends within 7 days")),
        ("window_30", _("time for exports ends within 30 days")),
        ("deletion_7", _("deletion within 7 days, or overdue")),
        ("deletion_30", _("deletion within 30 days, or overdue")),
        ("held", _("on hold")),
    )

    def chosen(self, agreements: Any, choice: str, today: date) -> Agreements:
        what, _underscore, days = choice.partition("_")
        soon = today + timedelta(days=int(days or 0))
        due = {
            "service": Q(service_ends__range=(today, soon)),
            "window": Q(export_until__range=(today, soon)),
            "deletion": Q(delete_from__lte=soon, held_since=None),
            "held": Q(held_since__isnull=False),
        }
        found: Agreements = agreements.filter(due[what], erased_at=None)
        return found


class WaitingFilter(_Choice):
    """Where it is the customer's turn."""

    title = _("waiting for the customer")
    parameter_name = "waiting"

    @property
    def choices_offered(self) -> tuple[tuple[str, Any], ...]:  # type: ignore[override]
        return customer_turn.choices()

    def chosen(self, agreements: Any, choice: str, today: date) -> Agreements:
        found: Agreements = agreements.filter(customer_turn.condition(choice, today), erased_at=None)
        return found


class ClockFilter(_Choice):
    """The contract's own clock, or the Data Act's beside it."""

    title = _("clock")
    parameter_name = "clock"
    choices_offered = (
        (Agreement.Policy.CONTRACT.value, _("the contract's")),
        (Agreement.Policy.DATA_ACT.value, _("Data Act")),
    )

    def chosen(self, agreements: Any, choice: str, today: date) -> Agreements:
        found: Agreements = agreements.filter(policy=choice)
        return found
