"""SQL over the kept rows: the rows that belong to one document, with what is joined to them. Pure: no Django."""

from __future__ import annotations

from exports.datamap_documents import BASE, Related
from exports.documents.spool import Row, Spool


class Query:
    """The SQL of some related rows with their joins: ``values`` fill its question marks."""

    def __init__(self, spool: Spool, store: str, related: Related, row: Row) -> None:
        self._spool, self._store = spool, store
        self._tables = {BASE: related.table} | {join.name: join.table for join in related.joins}
        self.values: list[str] = []
        self.names = [
            f"{alias}.{name}" for alias, table in self._tables.items() for name in spool.columns(store, table)
        ]
        self.source = f"FROM {spool.relation(store, related.table, self.alias(BASE))}"
        for join in related.joins:
            on = " AND ".join(
                f"{self.column(f'{join.name}.{to}')} = {self.column(f'{join.origin}.{fro}')}"
                for to, fro in zip(join.references, join.fields, strict=True)
            )
            self.source += f" LEFT JOIN {spool.relation(store, join.table, self.alias(join.name))} ON {on}"
        conditions = []
        wanted = [(name, row[to]) for name, to in zip(related.fields, related.references, strict=True)]
        for name, text in [*wanted, *related.where]:
            conditions.append(f"{self.column(name)} = ?")
            self.values.append(text)
        self.source += f" WHERE {' AND '.join(conditions) or '1'}"

    def alias(self, name: str) -> str:
        """How a row is called in SQL: names of ours may be words of SQL."""
        return name if name == BASE else f"j_{name}"

    def column(self, name: str) -> str:
        """SQL of ``column`` or ``join.column``."""
        origin, _dot, column = name.rpartition(".")
        return self._spool.column(self._store, self._tables[origin or BASE], column, self.alias(origin or BASE))

    def select(self) -> str:
        """All columns of the rows and of what is joined to them."""
        return f"SELECT {', '.join(map(self.column, self.names))} {self.source}"
