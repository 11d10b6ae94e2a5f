"""What waits for a person, anywhere in the house: each package declares its kinds, the first page shows them.

A kind reads an index up to a bound and no further, so that the page costs the same with three matters and with a
million agreements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db.models import Exists, Model, Q, QuerySet
from django.urls import reverse

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST = 5
"""Matters of one kind that the first page shows, the longest waiting first; the list has them all."""
MOST_COUNTED = 100
"""Where counting ends: nobody does more than that today."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When the page is asked for: ``today`` is the day in the vendor's zone."""

    now: datetime
    today: date


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that waits: whose, why in a line, since when (or until when), and the address that settles it."""

    title: StrOrPromise
    address: str
    number: str = ""
    """Of the agreement or the job that it is about, never broken over lines."""
    since: datetime | None = None
    due: date | None = None
    detail: StrOrPromise = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The matters of one kind; ``count`` is at most ``MOST_COUNTED``, and ``more`` says that there are others.

    ``mine``: whether the person who looks may settle them. ``urgency``: 0 is the most urgent.
    """

    kind: str
    urgency: int
    title: StrOrPromise
    why: StrOrPromise
    action: StrOrPromise
    matters: Sequence[Matter]
    count: int
    more: bool
    mine: bool
    rest: str = ""
    """The address of the list that has them all; empty where there is none."""

    @property
    def hidden(self) -> bool:
        """Whether the list has matters that are not shown here."""
        return self.more or self.count > len(self.matters)


Provider = Callable[[Any, Moment], Iterable[Group]]
_PROVIDERS: dict[str, Provider] = {}


def declare(name: str, provider: Provider) -> None:
    """Adds what gives a person's groups; the same name again replaces it."""
    _PROVIDERS[name] = provider


def groups_for(user: Any, moment: Moment) -> list[Group]:
    """Everything that waits and that this person may look at, the most urgent first."""
    quiet = _quiet_kinds(user, moment)
    asked = [provider for name, provider in _PROVIDERS.items() if name not in quiet]
    found = [group for provider in asked for group in provider(user, moment)]
    return sorted(found, key=lambda group: group.urgency)


def _quiet_kinds(user: Any, moment: Moment) -> set[str]:
    """The kinds of which nothing waits, in one query: on most days that is most of them."""
    kinds = {name: one for name, one in _PROVIDERS.items() if isinstance(one, Kind) and one.is_for(user)}
    if not kinds:
        return set()
    asked = {f"kind_{number}": Exists(kind.rows(moment)) for number, kind in enumerate(kinds.values())}
    answers = User.objects.filter(pk=user.pk).annotate(**asked).values_list(*asked).get()
    return {name for name, waits in zip(kinds, answers, strict=True) if not waits}


def address_of(name: str, *args: object) -> str:
    """The address of a page of the desk; NoReverseMatch where there is none: a matter without its form helps nobody."""
    return reverse(f"admin:{name}", args=args)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of matter as a selection of rows.

    ``rows(moment)``: those that wait, the longest waiting first. ``settles`` and ``sees``: permissions, with their
    app. ``matter(row, may)``: how one is told; ``may`` says whether the address is a form or a page to read.
    ``not_theirs(user)``: rows that this person may not settle whatever the permission (a plan of one's own).
    """

    name: str
    urgency: int
    title: StrOrPromise
    why: StrOrPromise
    action: StrOrPromise
    settles: str
    sees: str
    rows: Callable[[Moment], QuerySet[Any]]
    matter: Callable[[Any, bool], Matter]
    rest: str = ""
    """Name of the list's address, with ``?…`` of its filter."""
    not_theirs: Callable[[Any], Q] | None = None

    def is_for(self, user: Any) -> bool:
        """Whether this person may settle such matters, or at least look at them."""
        return bool(user.has_perm(self.settles) or user.has_perm(self.sees))

    def __call__(self, user: Any, moment: Moment) -> Iterator[Group]:
        """The groups of this kind: at most two, where some rows are for somebody else."""
        if not self.is_for(user):
            return
        may, sees = user.has_perm(self.settles), user.has_perm(self.sees)
        rows = self.rows(moment)
        if may and self.not_theirs is not None:
            others = self.not_theirs(user)
            yield from self._group(rows.filter(others), user, mine=False) if sees else ()
            rows = rows.exclude(others)
        yield from self._group(rows, user, mine=may)

    def _group(self, rows: QuerySet[Any], user: Any, *, mine: bool) -> Iterator[Group]:
        keys = list(rows.values_list("pk", flat=True)[: MOST_COUNTED + 1])
        if keys:
            shown = self._in_order(rows, keys[:MOST])
            yield Group(
                self.name, self.urgency, self.title, self.why, self.action,
                matters=[self.matter(row, mine) for row in shown],
                count=min(len(keys), MOST_COUNTED), more=len(keys) > MOST_COUNTED, mine=mine,
                rest=self._list() if user.has_perm(self.sees) else "",
            )  # fmt: skip

    def _in_order(self, rows: QuerySet[Any], keys: Sequence[Any]) -> list[Model]:
        found = {row.pk: row for row in rows.order_by().filter(pk__in=keys)}
        return [found[key] for key in keys if key in found]

    def _list(self) -> str:
        name, mark, query = self.rest.partition("?")
        return f"{address_of(name)}{mark}{query}" if name else ""
