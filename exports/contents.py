"""What an export consists of: tables, columns and files as plain values. Pure: no Django, no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

MEDIA = "media"
DOCUMENTS = ("pdf", "docx")
"""Formats that hold documents made from rows, as the data map declares them."""


def of_rows(formats: Iterable[str]) -> list[str]:
    """The formats that hold the rows themselves, so that rows can be counted in them."""
    return [name for name in formats if name != MEDIA and name not in DOCUMENTS]


class Category(StrEnum):
    """The three scopes of data that the terms promise."""

    USERS = "users"
    COURSES = "courses"
    REPORTS = "reports"


class Kind(StrEnum):
    """How a column's text is to be understood by a format that has types of its own.

    The text itself is always the engine's own (DESIGN §6); whatever has no kind of its own here
    (intervals, arrays, ranges, network addresses …) is ``OTHER`` and travels as that text.
    """

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    TIMESTAMPTZ = "timestamptz"
    JSON = "json"
    BINARY = "binary"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """One exported column: ``type`` is the engine's own spelling, e.g. ``numeric(5,2)``."""

    name: str
    type: str
    kind: Kind
    nullable: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A reference to another table of the same store; ``columns[i]`` points to ``target_columns[i]``."""

    name: str
    columns: tuple[str, ...]
    target_schema: str
    target: str
    target_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One exported table with only the columns that leave the platform.

    ``key`` is its name in the data map, unique within ``store``; ``stem`` is our own safe, short
    file stem, unique within the whole package.
    """

    store: str
    key: str
    schema: str
    name: str
    category: Category
    columns: tuple[Column, ...]
    stem: str
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    description: str = ""
    left_out: dict[str, str] = field(default_factory=dict)
    """Columns of the live table that are not exported → why."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of the customer in one of the platform's file stores; ``size`` in bytes, None when it is missing."""

    store: str
    path: str
    category: Category
    size: int | None
    referenced_by: str = ""
    """``table.column`` when a row names the file, '' when only the tenant's prefix does."""
