"""Is this row of the platform really the customer's? By key, by name, and by when it was made. Pure.

The key alone is not enough: keys are typed by hand, and a key can be given to somebody else once its tenant is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from retention.erasers.findings import Identity


class Code(StrEnum):
    """Why the tenant's row may be somebody else's."""

    ANOTHER_KEY = "another_key"
    NAME_DIFFERS = "name_differs"
    NAME_UNKNOWN = "name_unknown"
    CREATED_UNKNOWN = "created_unknown"
    CREATED_LATE = "created_late"
    ANOTHER_ROW = "another_row"


WORDS: dict[Code, str] = {
    Code.ANOTHER_KEY: "The row that was found has the key %(found)s, not %(key)s.",
    Code.NAME_DIFFERS: "The platform calls tenant %(key)s “%(found)s”; the customer here is “%(name)s”. Correct the "
    "tenant key or one of the names.",
    Code.NAME_UNKNOWN: "The platform has no name for tenant %(key)s, so it cannot be compared with the customer’s: "
    "name the column in the data map (tenant.name_field).",
    Code.CREATED_UNKNOWN: "It cannot be told when the row of tenant %(key)s was made (“%(created)s”): name the column "
    "in the data map (tenant.created_field).",
    Code.CREATED_LATE: "The row of tenant %(key)s was made on %(created)s, after service ended on %(ended)s: the key "
    "may belong to somebody else now.",
    Code.ANOTHER_ROW: "The row of tenant %(key)s is not the one that is known from %(source)s: the key may belong to "
    "somebody else now.",
}
"""What each code says, in English and with the facts' names; whoever shows it translates the template."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason why the row may not be the customer's."""

    code: Code
    facts: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return WORDS[self.code] % self.facts


@dataclass(frozen=True, slots=True)
class Known:
    """The tenant's row of one store as it was known before; ``source`` says from what: ``plan 3``, a tombstone.

    ``erased``: everything went since, so not even its name may have changed. ``begun``: a deletion began, so the row
    may be gone.
    """

    identity: Identity
    source: str
    erased: bool
    begun: bool


def doubts(
    identity: Identity, *, key: str, name: str, service_ends: date | None, zone: ZoneInfo, known: Known | None = None
) -> list[Doubt]:
    """Everything that speaks against the row; [] when key, name and creation agree."""
    return [*_key_and_name(identity, key, name), *_creation(identity, service_ends, zone), *_before(identity, known)]


def _key_and_name(identity: Identity, key: str, name: str) -> Iterator[Doubt]:
    if identity.key != key:
        yield Doubt(Code.ANOTHER_KEY, {"found": identity.key, "key": key})
    if not plain(identity.name):
        yield Doubt(Code.NAME_UNKNOWN, {"key": key})
    elif plain(identity.name) != plain(name):
        yield Doubt(Code.NAME_DIFFERS, {"key": key, "found": identity.name, "name": name})


def plain(name: str) -> str:
    """A name as it is compared: without regard to case and to how many blanks there are."""
    return " ".join(name.split()).casefold()


def _creation(identity: Identity, service_ends: date | None, zone: ZoneInfo) -> Iterator[Doubt]:
    day = day_of(identity.created, zone)
    if day is None or service_ends is None:
        yield Doubt(Code.CREATED_UNKNOWN, {"key": identity.key, "created": identity.created})
    elif day > service_ends:
        facts = {"key": identity.key, "created": day.isoformat(), "ended": service_ends.isoformat()}
        yield Doubt(Code.CREATED_LATE, facts)


def day_of(created: str, zone: ZoneInfo) -> date | None:
    """The day of a date or time as a database writes it; a time without an offset is taken as it stands."""
    try:
        moment = datetime.fromisoformat(created)
        return moment.astimezone(zone).date() if moment.tzinfo else moment.date()
    except (ValueError, OverflowError):
        return None


def _before(identity: Identity, known: Known | None) -> Iterator[Doubt]:
    """A customer may be renamed on both sides; when its row was made never changes."""
    if known is None:
        return
    was = known.identity
    same = was.key == identity.key
    if was.created_column == identity.created_column:
        same = same and was.created == identity.created
    if (was.fingerprint != identity.fingerprint) if known.erased else not same:
        yield Doubt(Code.ANOTHER_ROW, {"key": identity.key, "source": known.source})
