"""Everything the policy asks about one case, as plain values. Pure.

Nothing has a default: whoever gathers facts says each of them, and None where it could not be learnt. None blocks, an
empty tuple does not: () says that somebody looked and there is nothing. Moments are aware; their days are counted in
``Facts.zone``. Lists are about the **customer**, because the customer's data goes as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from exports.fair_time import FAIR_DAYS
from retention.duties import Duty
from retention.reach import Reach, Target


class Occasion(StrEnum):
    """Why a plan was made; the words of ``DeletionPlan.Occasion``."""

    END = "end"
    REMAINDER = "remainder"
    REOPENED = "reopened"
    RESTORED = "restored"

    @property
    def first(self) -> bool:
        """Whether nothing of the customer was erased before; else it was warned and got its exports then."""
        return self is Occasion.END


class Delivery(StrEnum):
    """What became of a request for an export."""

    REQUESTED = "requested"
    """Waits, runs, failed, is incomplete, or was cancelled by us: the customer has not got it."""
    DELIVERED = "delivered"
    OBJECTED = "objected"
    """The customer says that something is missing in its package, and nobody has settled that."""
    SETTLED = "settled"
    """The customer has confirmed that everything has arrived – with this package or a later one for at least the same –
    or has taken its request back: a person of the customer's has said so."""


@dataclass(frozen=True, slots=True)
class CaseFact:
    """The agreement under which the data goes; the dates stand as ``offboarding`` stored them.

    ``renewed``: it goes on, or went on after this plan was made. ``held``: the agreement's row says so.
    ``erased_before``: a deletion of the customer's data was carried out and verified, whatever has come back since.
    """

    service_ends: date | None
    export_until: date | None
    delete_from: date | None
    renewed: bool | None
    erased: bool | None
    erased_before: bool | None
    held: bool | None


@dataclass(frozen=True, slots=True)
class OtherAgreement:
    """Another agreement of the same customer; ``delete_from`` None: no end is set, so it lives."""

    number: int
    delete_from: date | None
    erased: bool | None


@dataclass(frozen=True, slots=True)
class HoldFact:
    """A hold that has not been released, whether its review date has passed or not; ``reaches`` None: not known."""

    number: int
    reaches: Reach | None


@dataclass(frozen=True, slots=True)
class ExportFact:
    """A request for an export. ``available_at``: since when it can be downloaded; ``removed_at``: None, still there.

    ``answered_at``: when an objection to its package was settled last.
    """

    number: int
    requested_at: datetime | None
    delivery: Delivery | None
    available_at: datetime | None
    removed_at: datetime | None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WarningFact:
    """One warning before deletion, in the words of ``offboarding.reminders.warnings_of``.

    ``state``: what became of the letter, the worst of all readers; '' where none stands.
    """

    days: int
    due_on: date
    state: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlatformFact:
    """The platform against the map: ``drift`` differences, ``references`` of other tenants to what would go."""

    drift: int | None
    references: int | None


@dataclass(frozen=True, slots=True)
class PlanFact:
    """The plan. ``planned_by``: an ``Actor`` as text. ``sha256``: of the plan as it is now, computed anew at the start.

    While a run erases rows its plan stands still: then ``sha256`` is the stored plan's. ``targets``: all that the map
    knows of the customer, also what stays. ``replaced``: another one was made since, or was asked for. ``refusals``:
    how many reasons it gives why it cannot be carried out. ``holds``, ``duties``: those that it knows and keeps to.
    """

    sha256: str | None
    occasion: Occasion | None
    made_at: datetime | None
    planned_by: str | None
    replaced: bool | None
    refusals: int | None
    targets: tuple[Target, ...] | None
    holds: frozenset[int]
    duties: frozenset[int]


@dataclass(frozen=True, slots=True)
class ApprovalFact:
    """The approval. ``sha256``: what was approved; ``entitled``: whether the approver may approve *today*."""

    sha256: str | None
    given_at: datetime | None
    approved_by: str | None
    entitled: bool | None


@dataclass(frozen=True, slots=True)
class MachineFact:
    """The application itself. ``customers_today``: other customers whose erasure began today.

    ``clocks_apart``: the application's clock minus the database's. ``journal_holds``: the last verification found
    nothing.
    """

    paused: bool | None
    customers_today: int | None
    clocks_apart: timedelta | None
    journal_holds: bool | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts about one case.

    ``releases``: when holds of this customer were released. ``readers``: how many people of the customer can be written
    to. ``objections``: the notices that somebody objected to and nobody has settled. ``plan``, ``approval``: None where
    there is none.
    """

    zone: ZoneInfo
    case: CaseFact
    others: tuple[OtherAgreement, ...] | None
    holds: tuple[HoldFact, ...] | None
    releases: tuple[datetime, ...] | None
    duties: tuple[Duty, ...] | None
    exports: tuple[ExportFact, ...] | None
    readers: int | None
    warnings: tuple[WarningFact, ...] | None
    objections: tuple[int, ...] | None
    platform: PlatformFact
    plan: PlanFact | None
    approval: ApprovalFact | None
    machine: MachineFact

    @property
    def first(self) -> bool:
        """Whether it is about the first erasure; so it is where that is not known."""
        return self.plan is None or self.plan.occasion is None or self.plan.occasion.first


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers that the vendor may set; days, customers per day, and time."""

    fair_days: int = FAIR_DAYS
    """Whole days on which a delivered export can be downloaded; the day of delivery is not counted."""
    warning_days: tuple[int, ...] = (30, 7, 1)
    approval_days: int = 7
    """Days after the approval's own; a run that is still on after them stops until it is approved again."""
    customers_per_day: int = 5
    clocks: timedelta = timedelta(minutes=2)


def is_moment(value: datetime | None) -> bool:
    """Whether it is a moment at all: known, and in a time zone."""
    return value is not None and value.utcoffset() is not None


def day_of(moment: datetime | None, zone: ZoneInfo) -> date | None:
    """The calendar day of a moment in ``zone``; None for what is no moment."""
    return moment.astimezone(zone).date() if moment is not None and is_moment(moment) else None
