"""What the generator knows while it writes: the four customers, their people, and ids that count upwards."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from exports.sample.shelf import Shelf

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
"""The platform's present; fixed, so that a seed always gives the same rows."""

VENDOR_CANARY = "canaryvendor"
SECRET_CANARY = "canarysecret"  # noqa: S105

Row = tuple[Any, ...]


@dataclass(slots=True, eq=False)
class Person:
    """One user; members of several organisations are the shared rows."""

    id: int
    tenants: tuple[Tenant, ...]
    given: str
    family: str
    language: str
    role: str
    created: datetime

    def mark(self, text: str) -> str:
        """A text that belongs to the person: a neighbour's canary only while no one else shares the person."""
        return self.tenants[0].mark(text) if len(self.tenants) == 1 else text


class Quiz(NamedTuple):
    id: int
    questions: int


class Course(NamedTuple):
    id: int
    version: int
    lessons: list[int]
    """Lessons of the current version."""
    quizzes: list[Quiz]
    survey: int
    """Id of its survey, 0 for none."""


class Enrolment(NamedTuple):
    id: int
    person: Person
    course: Course
    done: int
    """Completed lessons, the first ones of the course."""
    at: datetime


@dataclass(slots=True, eq=False)
class Tenant:
    """A customer of the platform with how much it has, and what has been made of it so far."""

    id: int
    word: str
    name: str
    slug: str
    customer_code: str
    registration_number: str
    country: str
    language: str
    learners: int
    activity: int
    documents: int
    """At most so many files of each kind."""
    canary: str
    people: list[Person] = field(default_factory=list)
    courses: list[Course] = field(default_factory=list)
    reports: list[int] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)

    @property
    def folder(self) -> str:
        return f"org/{self.id}"

    @property
    def teachers(self) -> list[Person]:
        return [person for person in self.people if person.role == "teacher"] or self.people

    def mark(self, text: str) -> str:
        """The text, with the canary of this customer when canaries are asked for."""
        return f"{text} {self.canary}" if self.canary else text


class Batch(NamedTuple):
    """Rows of one table, and the customers whose export must hold each of them."""

    table: str
    rows: Iterable[Row]
    owners: tuple[Tenant, ...] = ()


class World:
    """Everything the areas of the generator share."""

    def __init__(self, size: int, seed: int, shelf: Shelf, *, canaries: bool) -> None:
        self.seed = seed
        self.shelf = shelf
        self.canaries = canaries
        self._counters: defaultdict[str, itertools.count[int]] = defaultdict(lambda: itertools.count(1))
        self.tenants = _customers(size, canaries=canaries)
        self.named: defaultdict[int, set[str]] = defaultdict(set)
        """Customer → paths that its rows name although they may lie outside its folder."""

    def name(self, path: str, *tenants: Tenant) -> None:
        """Notes that rows of these customers name the file."""
        for tenant in tenants:
            self.named[tenant.id].add(path)

    def rng(self, area: str, tenant: Tenant | None = None) -> Random:
        """An own stream of numbers per area and customer: a change in one does not move the others."""
        return Random(f"{self.seed}:{area}:{tenant.id if tenant else 0}")  # noqa: S311

    def next_id(self, table: str) -> int:
        return next(self._counters[table])

    def secret(self, rng: Random, length: int = 20) -> str:
        """Something that must never leave the platform."""
        token = rng.randbytes(length).hex()
        return f"{token}{SECRET_CANARY}" if self.canaries else token

    def vendor(self, text: str) -> str:
        """A text of the vendor's own."""
        return f"{text} {VENDOR_CANARY}" if self.canaries else text

    def everyone(self) -> Iterator[Person]:
        """All users, once each."""
        seen: set[int] = set()
        for tenant in self.tenants:
            for person in tenant.people:
                if person.id not in seen:
                    seen.add(person.id)
                    yield person


def _customers(size: int, *, canaries: bool) -> list[Tenant]:
    """Ids that are prefixes of each other are on purpose: ``org/7/`` must not catch ``org/71/``.

    One learner of the large customer brings about 150 rows to the platform, one of a small customer 170 with the
    people it shares.
    """
    small = max(6, min(40, size // 1000))
    learners = max(8, (size - small * 425) // 150)
    rows = [
        (17, "fjord", "Fjärdviken Bildning", "fjardviken-bildning", "FJÄR-17", "802017-0017", "SE", "sv", small),
        (71, "quill", 'Quillham & O\'Dare "Skills" Ltd', "quillham-skills", "QUIL-71", "00471071", "GB", "en", small),
        (7, "nordic", "Norrskär Akademi AB", "norrskar-akademi", "NORR-07", "556007-0007", "SE", "sv", learners),
        (170, "empty", "Öde Kulle Studio", "ode-kulle-studio", "ÖDEK-170", "969170-0170", "SE", "sv", 0),
    ]
    return [
        Tenant(*row, activity=row[-1] * 95, documents=60 if row[1] == "nordic" else 8,
               canary=f"canary{row[1]}" if canaries else "")
        for row in rows
    ]  # fmt: skip


def moment(rng: Random, start: datetime, end: datetime = NOW) -> datetime:
    """A moment between two, to the microsecond; ``start`` when there is nothing between."""
    span = max(0, int((end - start).total_seconds()))
    return start + timedelta(seconds=rng.randint(0, span), microseconds=rng.randrange(1_000_000))


def uuid4(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
