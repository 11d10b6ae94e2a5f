"""What runs now, for the first page: each package declares its work, with the figures that the small script follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from offboarding.desk_matters import Moment

MOST = 10
"""Works of one kind that the first page follows."""


@dataclass(frozen=True, slots=True)
class Work:
    """One export or run: ``progress`` is what its own page shows too (percent, text, step, left, note, state)."""

    pk: int
    title: str
    address: str
    progress: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Running:
    """The work of one kind; ``live`` is asked by the script, ``rest`` is the list that has them all."""

    title: str
    live: str
    rest: str
    works: Sequence[Work]
    more: bool


Provider = Callable[[Any, Moment], Running | None]
_PROVIDERS: dict[str, Provider] = {}


def declare(name: str, provider: Provider) -> None:
    """Adds what gives the work that runs; None where this person may not look at it."""
    _PROVIDERS[name] = provider


def running_for(user: Any, moment: Moment) -> list[Running]:
    """What runs now and this person may look at, by kind; kinds without work are left out."""
    found = [provider(user, moment) for provider in _PROVIDERS.values()]
    return [one for one in found if one is not None and one.works]
