"""Alice may be deleted: a case in which nothing stands against it, with something to spare, and how to spoil it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from exports.contents import Category
from retention.codes import Blocker, Code, blocker
from retention.duties import BookYearsAfter, Duty, FixedDay
from retention.facts import (
    ApprovalFact,
    CaseFact,
    Delivery,
    ExportFact,
    Facts,
    HoldFact,
    MachineFact,
    Occasion,
    OtherAgreement,
    PlanFact,
    PlatformFact,
    WarningFact,
)
from retention.reach import Place, Reach, Target

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TODAY = date(2027, 4, 3)
DELETE_FROM = date(2027, 4, 1)
HASH, OTHER_HASH = "a" * 64, "b" * 64
EVERYTHING = Reach(everything=True)


def at(day: date | str, hour: int = 12) -> datetime:
    """A moment on that day in Stockholm."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime(day.year, day.month, day.day, hour, tzinfo=STOCKHOLM).astimezone(UTC)


USERS = Target(Place.TABLE, "platform", "users", Category.USERS)
INVOICES = Target(Place.TABLE, "platform", "invoices", Category.REPORTS)
COURSES = Target(Place.TABLE, "platform", "courses", Category.COURSES)
MEDIA = Target(Place.PREFIX, "media", "org/alice/", Category.COURSES)
TARGETS = (USERS, INVOICES, COURSES, MEDIA)
ONLY_INVOICES = Reach(tables=frozenset({("platform", "invoices")}))
ONLY_A_FILE = Reach(files=frozenset({("media", "org/alice/proof.pdf")}))


def duty(number: int = 8, reaches: Reach = EVERYTHING, until: Any = None, event: date | None = None) -> Duty:
    """A standing rule; by default one over everything until a day in 2033."""
    return Duty(number, "law", "its text", reaches, until or FixedDay(date(2033, 12, 31)), event, single=False)


def export(number: int, delivery: Delivery | None = Delivery.DELIVERED, **moments: Any) -> ExportFact:
    """A request of 20 January, delivered on 1 February and still there."""
    usual = {"requested_at": at("2027-01-20"), "available_at": at("2027-02-01"), "removed_at": None}
    if delivery is not Delivery.DELIVERED:
        usual["available_at"] = None
    return ExportFact(number, delivery=delivery, **usual | moments)


def warning(days: int, state: str = "sent", sent: date | str | None = None, **other: Any) -> WarningFact:
    """A warning; sent, without a day given, a day or more before it was due."""
    early = {30: "2027-03-01", 7: "2027-03-24", 1: "2027-03-30"}[days]
    sent_at = at(sent or early) if state == "sent" else None
    return replace(WarningFact(days, DELETE_FROM - timedelta(days=days), state, sent_at), **other)


GOOD = Facts(
    zone=STOCKHOLM,
    case=CaseFact(date(2026, 12, 31), date(2027, 3, 31), DELETE_FROM, False, False, False, False),
    others=(
        OtherAgreement(41, date(2025, 1, 1), erased=True),
        OtherAgreement(42, date(2027, 3, 1), erased=False),
    ),
    holds=(HoldFact(1, ONLY_A_FILE),),
    releases=(at("2027-03-20"),),
    duties=(
        duty(1, ONLY_INVOICES, BookYearsAfter(), date(2026, 12, 31)),
        duty(2, EVERYTHING, FixedDay(date(2027, 3, 1))),
    ),
    exports=(
        export(1),
        export(2, Delivery.SETTLED),
        export(4, removed_at=at("2027-03-20")),
    ),
    readers=2,
    warnings=(warning(30), warning(7), warning(1)),
    objections=(),
    platform=PlatformFact(drift=0, references=0),
    plan=PlanFact(
        HASH, Occasion.END, at("2027-03-28"), "staff:3:sam", False, 0, TARGETS, frozenset(range(100)),
        frozenset(range(100)),
    ),
    approval=ApprovalFact(HASH, at("2027-03-30"), "staff:4:lena", entitled=True),
    machine=MachineFact(
        paused=False, customers_today=4, clocks_apart=timedelta(minutes=-2), journal_holds=True
    ),
)  # fmt: skip


def but(facts: Facts, path: str, value: Any) -> Facts:
    """The same facts with another value at ``case.held``, ``readers``, ``warnings.30`` …, or one more at ``holds+``."""
    name, _dot, inner = path.partition(".")
    if name.endswith("+"):
        return replace(facts, **{name[:-1]: (*getattr(facts, name[:-1]), value)})
    if name == "warnings" and inner:
        kept = [value if one.days == int(inner) else one for one in facts.warnings or ()]
        return replace(facts, warnings=tuple(one for one in kept if one is not None))
    return replace(facts, **{name: replace(getattr(facts, name), **{inner: value}) if inner else value})


@dataclass(frozen=True)
class Spoilt:
    """What goes wrong, in words; which facts it changes; what exactly is to be found. ``reads``: what else matters."""

    title: str
    changes: dict[str, Any]
    found: tuple[Blocker, ...]
    today: date = TODAY
    reads: frozenset[str] = frozenset()

    def apply(self, facts: Facts) -> Facts:
        """The facts with this gone wrong."""
        for path, value in self.changes.items():
            facts = but(facts, path, value)
        return facts

    @property
    def touches(self) -> frozenset[str]:
        """Everything that decides about it."""
        return frozenset(self.changes) | self.reads

    def independent_of(self, other: Spoilt) -> bool:
        """Whether neither changes what decides about the other; two additions to one list do not."""
        return not any(
            _overlap(mine, theirs)
            for one, another in ((self, other), (other, self))
            for mine in one.changes
            for theirs in another.touches
        )


def _overlap(one: str, other: str) -> bool:
    if one.endswith("+") and other.endswith("+"):
        return False
    one, other = one.rstrip("+") + ".", other.rstrip("+") + "."
    return one.startswith(other) or other.startswith(one)


def spoilt(title: str, path: str, value: Any, *codes: Code | Blocker, reads: str = "", today: date = TODAY) -> Spoilt:
    """One thing gone wrong; codes without facts may be given bare."""
    found = tuple(one if isinstance(one, Blocker) else blocker(one) for one in codes)
    return Spoilt(title, {path: value}, found, today, frozenset(reads.split()))
