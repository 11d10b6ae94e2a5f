"""For ``documents/paper.html``: a table's rows with their columns, in pieces that are laid out fast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from offboarding import pdf
from offboarding.paper import Cell, Column, Grid

register = template.Library()
Shown = list[tuple[Column, Cell]]


@register.filter
def pieces(grid: Grid) -> list[list[Shown]]:
    """The rows of a table as several tables' rows; one empty piece where there are none."""
    return [[_shown(grid, row) for row in piece] for piece in pdf.pieces(grid.rows)] or [[]]


@register.filter
def total(grid: Grid) -> Shown:
    """The last row."""
    return _shown(grid, grid.total)


def _shown(grid: Grid, row: Sequence[Any]) -> Shown:
    return list(zip(grid.columns, row, strict=True))
