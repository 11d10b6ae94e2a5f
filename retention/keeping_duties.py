"""What law keeps for a time: decided here for one customer or for all, or laid down in the data map.

A duty that has lapsed stays on record and keeps nothing; one that is ended was a mistake, or the law changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import clock
from offboarding.models import Agreement, Customer
from offboarding.rights import allow
from offboarding.stating import stated
from retention.duties import (
    BookYearsAfter,
    CalendarYearsAfter,
    Duty,
    FinancialYears,
    FixedDay,
    UntilRule,
    YearsAfter,
)
from retention.duty_columns import events_of, find
from retention.locking import locked_agreements
from retention.mapped_duties import facts_of, sync, write_down
from retention.models import RetentionDuty
from retention.reach import Place, Reach, Target
from retention.reach_names import EVERY_TENANT, check_named, current_map

__all__ = ["decide", "duties_of", "end", "events_of", "sync"]
PERMISSION = "retention.decide_retentionduty"
Rule, CountedFrom, Origin = RetentionDuty.Rule, RetentionDuty.CountedFrom, RetentionDuty.Origin


@transaction.atomic
def decide(
    *,
    by: User,
    customer: Customer | None,
    ground: str,
    source: str,
    reach: Reach,
    rule: str,
    years: int | None = None,
    until: date | None = None,
    counted_from: str = CountedFrom.SERVICE_ENDS,
    counted_day: date | None = None,
    counted_column: str = "",
    because: str = "",
) -> RetentionDuty:
    """Keeps what it reaches of one customer, or of every one where ``customer`` is None, until its last day.

    ``until`` is for a fixed day, ``years`` and what they are counted from for every other rule. A duty over every
    customer writes ``{tenant}`` where names of files hold the tenant's key.
    """
    actor = allow(by, PERMISSION)
    duty = RetentionDuty(
        customer=customer, ground=ground.strip(), source=source.strip(), reach=reach.to_json(), rule=rule,
        years=years, until=until, counted_from=counted_from, counted_day=counted_day,
        counted_column=counted_column.strip(), decided_by=by, decided_at=timezone.now(),
    )  # fmt: skip
    duty.clean_fields(exclude=["customer", "decided_by", "ended_by", "ended_at"])
    check_named(reach, customer.tenant_key if customer else EVERY_TENANT)
    _check_rule(duty)
    if customer is not None:
        locked_agreements(customer)
    duty.save()
    write_down("duty.decided", duty, actor, because.strip(), **facts_of(duty))
    return duty


@transaction.atomic
def end(duty: RetentionDuty, *, by: User, because: str) -> RetentionDuty:
    """It keeps nothing from now on; what it kept still needs a new plan and a new approval.

    A duty of the data map ends there, not here: else it would come back with the next look at the map.
    """
    actor = allow(by, PERMISSION)
    because = stated(because, _("Say why the duty ends."))
    if duty.customer is not None:
        locked_agreements(duty.customer)
    fresh = RetentionDuty.objects.select_for_update(of=("self",)).get(pk=duty.pk)
    if fresh.ended_at is not None:
        raise ValidationError({"duty": _("This duty is ended already.")})
    if fresh.origin == Origin.MAP:
        raise ValidationError({"duty": _("This duty stands in the data map; take it out there.")})
    fresh.ended_by, fresh.ended_at, fresh.ended_because = by, timezone.now(), because
    fresh.save(update_fields=["ended_by", "ended_at", "ended_because"])
    write_down("duty.ended", fresh, actor, because, origin=fresh.origin)
    return fresh


def duties_of(agreement: Agreement, *, events: Mapping[int, date | None] | None) -> tuple[Duty, ...]:
    """The duties over the customer's data as the policy reads them, lapsed ones too.

    ``events``: what ``events_of`` read; None, or a duty that is not in it: not learnt, and then it keeps on. The end of
    service is the last of all the customer's agreements, because the data goes as a whole.
    """
    customer = agreement.customer
    ends = agreement.service_ends
    if ends is not None:
        ends = customer.agreements.aggregate(last=Max("service_ends"))["last"] or ends
    rows = RetentionDuty.objects.in_force().of(customer).order_by("pk")
    return tuple(_duty(row, customer.tenant_key, ends, events or {}) for row in rows)


def _duty(row: RetentionDuty, tenant_key: str, ends: date | None, events: Mapping[int, date | None]) -> Duty:
    event = {
        CountedFrom.SERVICE_ENDS: ends,
        CountedFrom.DAY: row.counted_day,
        CountedFrom.COLUMN: events.get(row.pk),
    }[CountedFrom(row.counted_from)]
    single = row.customer_id is not None
    reach = row.keeps if single else _named_for(row.keeps, tenant_key)
    return Duty(row.pk, row.ground, row.source, reach, _until(row), event, single)


def _named_for(reach: Reach, tenant_key: str) -> Reach:
    """What a duty over every customer keeps of this one."""

    def named(places: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        return frozenset((store, name.replace(EVERY_TENANT, tenant_key)) for store, name in places)

    return replace(reach, prefixes=named(reach.prefixes), files=named(reach.files))


def _until(row: RetentionDuty) -> UntilRule:
    """ValueError for a rule that nobody knows."""
    years = row.years or 0
    match Rule(row.rule):
        case Rule.FIXED:
            return FixedDay(row.until)
        case Rule.YEARS:
            return YearsAfter(years)
        case Rule.CALENDAR_YEARS:
            return CalendarYearsAfter(years)
        case Rule.BOOKKEEPING:
            return BookYearsAfter(years, FinancialYears(last_month=settings.FINANCIAL_YEAR_ENDS))


def _check_rule(duty: RetentionDuty) -> None:
    """A ValidationError by field for what the rule lacks, or what means nothing beside it."""
    fixed = duty.rule == Rule.FIXED
    needed = {
        "until": (fixed, _("Name the last day on which it is kept.")),
        "years": (not fixed, _("Say how many years it is kept.")),
        "counted_day": (
            not fixed and duty.counted_from == CountedFrom.DAY,
            _("Name the day that the years are counted from."),
        ),
        "counted_column": (
            not fixed and duty.counted_from == CountedFrom.COLUMN,
            _("Name a column as the data map does: store.table.column."),
        ),
    }
    wrong = {}
    for field, (wanted, ask) in needed.items():
        if (getattr(duty, field) in (None, "")) is wanted:
            wrong[field] = ask if wanted else _("This means nothing beside the rule that was chosen.")
    if wrong:
        raise ValidationError(wrong)
    if duty.until is not None and duty.until < clock.today():
        raise ValidationError({"until": _("This day is over already; nothing would be kept.")})
    if duty.counted_column:
        _check_column(duty)


def _check_column(duty: RetentionDuty) -> None:
    """Known to the map, and kept: once its rows were erased nobody could count any more."""
    column = find(current_map("counted_column"), duty.counted_column)
    if column is None:
        told = {"name": duty.counted_column}
        raise ValidationError({"counted_column": _("The data map knows no column “%(name)s”.") % told})
    if not duty.keeps.keeps(Target(Place.TABLE, column.store.key, column.collection.key, column.collection.category)):
        refusal = _("What is kept must hold the table of this column; else nobody could count after the deletion.")
        raise ValidationError({"counted_column": refusal})
