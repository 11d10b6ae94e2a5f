"""What upper packages add to a case's drawn story: each declares its points, bands and dots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from offboarding.models import Agreement
from offboarding.timeline import Band, Point

HOLDS, PACKAGES = 1, 2
"""Lanes beside the axis."""
MOST = 40
"""Things of one kind that are drawn, the newest; the lists have them all."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What one package adds; ``dots`` have no label of their own."""

    points: tuple[Point, ...] = ()
    bands: tuple[Band, ...] = ()
    dots: tuple[Point, ...] = ()


Provider = Callable[[Agreement, Any, date], Marks]
_PROVIDERS: dict[str, Provider] = {}


def declare(name: str, provider: Provider) -> None:
    """Adds what gives the marks of an agreement, as far as a person may see them."""
    _PROVIDERS[name] = provider


def marks_of(agreement: Agreement, user: Any, today: date) -> Marks:
    """Everything that other packages add to the story of one agreement."""
    found = [provider(agreement, user, today) for provider in _PROVIDERS.values()]
    return Marks(
        points=tuple(point for one in found for point in one.points),
        bands=tuple(band for one in found for band in one.bands),
        dots=tuple(dot for one in found for dot in one.dots),
    )
