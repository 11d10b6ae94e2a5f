"""What every format is: blocks of rows in, finished files and their row counts out. Pure: no Django.

A format is one module of this package, named like the format, with two functions:

``create(sink, changes, **options) -> Format``
    starts the format for one export; of the options (facts about the stores, texts in the customer's
    language …) each format picks what it knows and ignores the rest.
``read_back(stream, part) -> dict[str, int]``
    counts the rows per table stem in the bytes of one finished file, in flat memory and by the grammar
    of the format; raises ``ReadBackError`` when the file is cut off or malformed.

Adding a format is adding such a module; nothing lists them.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from exports.contents import Column, Table
from exports.rows import Block

if TYPE_CHECKING:
    from exports.formats.changes import Changes
    from exports.staging import Sink


class ReadBackError(ValueError):
    """A finished file does not follow its format's grammar: cut off, malformed or not what it claims to be."""


class UnknownFormatError(LookupError):
    """There is no format of that name."""


@dataclass(slots=True)
class Part:
    """One finished file: ``path`` below the bag's ``data/``, ``rows`` table stem → rows in this file."""

    path: str
    format: str
    rows: dict[str, int] = field(default_factory=dict)


class TableWriter(Protocol):
    """Takes one table's blocks in order."""

    def write(self, block: Block) -> None: ...

    def close(self) -> None: ...


class Format(Protocol):
    """One format of one export; ``parts`` is complete after ``finish``, rows counted while writing."""

    name: str
    parts: list[Part]

    def table(self, table: Table) -> TableWriter:
        """Start a table; an empty one still gets its file. Close the writer before starting the next."""
        ...

    def finish(self) -> None:
        """Close what spans tables: workbooks, the end of the dump."""
        ...


class FormatModule(Protocol):
    """What a module of this package offers when it is a format."""

    def create(self, sink: Sink, changes: Changes[Any], **options: Any) -> Format: ...

    def read_back(self, stream: BinaryIO, part: Part) -> dict[str, int]: ...


def checked_columns(table: Table) -> tuple[Column, ...]:
    """The columns of a table; ValueError when it has none, since its rows could then not be written or counted."""
    if not table.columns:
        raise ValueError(f"table {table.key} of store {table.store} has no column to export; exclude it in the map")
    return table.columns


def _modules() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))


def available() -> list[str]:
    """The names of all formats there are."""
    return [name for name in _modules() if hasattr(import_module(f"exports.formats.{name}"), "create")]


def format_module(name: str) -> FormatModule:
    """The module of the format ``name``; raises ``UnknownFormatError``."""
    module = import_module(f"exports.formats.{name}") if name in _modules() else None
    if not hasattr(module, "create"):
        raise UnknownFormatError(f"There is no format {name!r}; there are {', '.join(available())}.")
    return cast(FormatModule, module)


def open_formats(names: Iterable[str], sink: Sink, changes: Changes[Any], **options: Any) -> list[Format]:
    """Start the named formats over one sink and one record of changes."""
    return [module.create(sink, changes, **options) for module in [format_module(name) for name in names]]


def read_back(stream: BinaryIO, part: Part) -> dict[str, int]:
    """Rows per table stem in the bytes of a finished file; raises ``ReadBackError``."""
    return format_module(part.format).read_back(stream, part)
