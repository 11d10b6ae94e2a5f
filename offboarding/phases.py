"""The phase of an agreement: derived from dates and facts on a day, stored nowhere.

``conditions`` is the one definition: the first that is true is the phase. SQL is built from it (``phase_in_sql``) and
Python reads the same (``phase_of``). A date that is missing is never past.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Case, CharField, DateField, Exists, F, Func, IntegerField, OuterRef, Q, TextChoices, Value
from django.db.models import When as If
from django.utils.translation import gettext_lazy as _

from offboarding.dates import Cause

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

    from offboarding.models import Agreement

ENDS_AT_ONCE = [cause.value for cause in Cause if cause is not Cause.EXPIRY]
"""Ways to end that somebody chose; an expiry shows only when the time for a notice has passed."""


class Phase(TextChoices):
    """Where an agreement stands."""

    ACTIVE = "active", _("active")
    NOTICE_GIVEN = "notice_given", _("notice given")
    ENDING = "ending", _("ending")
    EXPORT_WINDOW = "export_window", _("export window")
    CLOSING = "closing", _("closing")
    ON_HOLD = "on_hold", _("on hold")
    DELETED = "deleted", _("deleted")


def conditions(on: date) -> dict[Phase, Q]:
    """Phase → what has to be true on that day, in the order in which they are asked.

    Over columns of ``Agreement`` and over ``facts_in_sql``: ``undecided`` (a notice waits for its decision) and
    ``days_of_service`` (from ``on`` to the last day of service; None without one).
    """
    past = Q(export_until__lt=on)
    return {
        Phase.DELETED: Q(erased_at__isnull=False),
        Phase.ON_HOLD: Q(held_since__isnull=False) & past,
        Phase.CLOSING: past,
        Phase.EXPORT_WINDOW: Q(service_ends__lt=on),
        Phase.NOTICE_GIVEN: Q(undecided=True),
        Phase.ENDING: Q(service_ends__isnull=False)
        & (Q(ending__in=ENDS_AT_ONCE) | Q(days_of_service__lt=F("notice_days"))),
        Phase.ACTIVE: Q(),
    }


# In SQL ---------------------------------------------------------------------------------------------------------------


class _Days(Func):
    """Days from one date to another: ``_Days(later, earlier)``."""

    output_field = IntegerField()
    template = "(%(expressions)s)"
    arg_joiner = " - "

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        template, joiner = "CAST(julianday(%(expressions)s) AS INTEGER)", ") - julianday("
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner, **extra)


def facts_in_sql(on: date) -> dict[str, Exists | Func]:
    """What ``conditions`` asks beside columns, for ``alias`` or ``annotate``."""
    notices = apps.get_model("offboarding", "TerminationNotice")._default_manager
    return {
        "undecided": Exists(notices.filter(state="received", agreement=OuterRef("pk"))),
        "days_of_service": _Days(F("service_ends"), Value(on, DateField())),
    }


def phase_in_sql(on: date) -> Case:
    """The phase as an expression; the query needs ``facts_in_sql`` under their names."""
    rules = conditions(on)
    del rules[Phase.ACTIVE]
    whens = [If(rule, then=Value(phase.value)) for phase, rule in rules.items()]
    return Case(*whens, default=Value(Phase.ACTIVE.value), output_field=CharField())


def only(phase: Phase, on: date) -> Q:
    """Rows in one phase, for a query with ``facts_in_sql``: its condition, and none that is asked before.

    What follows from these is said once more where an index can read it.
    """
    wanted = {Phase.EXPORT_WINDOW: Q(export_until__gte=on), Phase.ENDING: Q(service_ends__gte=on)}.get(phase, Q())
    for earlier, rule in conditions(on).items():
        if earlier is phase:
            return wanted & rule
        wanted &= ~rule
    raise ValueError(f"{phase!r} is no phase")


# In Python ------------------------------------------------------------------------------------------------------------

_COLUMNS = ("ending", "service_ends", "export_until", "held_since", "erased_at", "notice_days")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "": lambda left, right: left == right,
    "lt": lambda left, right: left is not None and left < right,
    "in": lambda left, right: left in right,
    "isnull": lambda left, right: (left is None) is right,
}


def phase_of(agreement: Agreement, on: date, *, undecided: bool | None = None) -> Phase:
    """The phase on a day; asks the database for an undecided notice unless ``undecided`` says it."""
    if undecided is None:
        undecided = agreement.notices.undecided().exists()
    ends = agreement.service_ends
    columns = {name: getattr(agreement, name) for name in _COLUMNS}
    facts = {**columns, "undecided": undecided, "days_of_service": (ends - on).days if ends else None}
    return next(phase for phase, rule in conditions(on).items() if _holds(rule, facts))


def _holds(rule: Q, facts: Mapping[str, Any]) -> bool:
    """Reads the conditions above, which nest nothing but AND and OR."""
    parts = (_holds(part, facts) if isinstance(part, Q) else _is_true(part, facts) for part in rule.children)
    return any(parts) if rule.connector == Q.OR else all(parts)


def _is_true(part: Any, facts: Mapping[str, Any]) -> bool:
    lookup, wanted = part
    name, _underscores, comparison = lookup.partition("__")
    right = facts[wanted.deconstruct()[1][0]] if isinstance(wanted, F) else wanted
    return _COMPARE[comparison](facts[name], right)
