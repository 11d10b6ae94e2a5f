"""Tables and columns of a PostgreSQL dump, as the catalogue has them."""

from __future__ import annotations

from dataclasses import dataclass, field

from exports.contents import Table


@dataclass(slots=True)
class LiveColumn:
    """A column as the catalogue has it; ``quoted`` is its name as SQL writes it."""

    number: int
    name: str
    quoted: str
    type: str
    not_null: bool
    generated: str
    default_oid: int
    default: str | None
    collation: str | None
    identity: str | None
    options: str | None
    as_text: bool = False
    """The dump cannot have its type: the values are kept, as text."""
    later: bool = False
    """Its default calls functions, which wait until all rows are there."""

    @property
    def definition(self) -> str:
        """The column as CREATE TABLE writes it."""
        words = [self.quoted, self.type]
        if self.collation:
            words.append(f"COLLATE {self.collation}")
        if self.generated:
            kept = "STORED" if self.generated == "s" else "VIRTUAL"
            words.append(f"GENERATED ALWAYS AS ({self.default}) {kept}")
        elif self.identity:
            words.append(f"GENERATED {self.identity} AS IDENTITY ({self.options})")
        elif self.default is not None and not self.later:
            words.append(f"DEFAULT {self.default}")
        if self.not_null:
            words.append("NOT NULL")
        return " ".join(words)


@dataclass(slots=True)
class LiveTable:
    """A table of the dump; ``name`` is qualified and quoted, ``table`` None for a partition."""

    oid: int
    name: str
    kind: str
    key: str | None
    bound: str | None
    table: Table | None
    columns: list[LiveColumn] = field(default_factory=list)
