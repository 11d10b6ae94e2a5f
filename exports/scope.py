"""From a tenant key and the data map to the SQL that selects exactly the tenant's rows. Pure: text in, text out."""

from __future__ import annotations

from dataclasses import dataclass

from exports.contents import Table


@dataclass(frozen=True, slots=True)
class Selection:
    """The tenant's rows of one table, ready to run in any statement of the store's engine.

    ``source`` is the FROM item with its WHERE, without SELECT list and ORDER BY, e.g.
    ``"public"."courses" AS t WHERE t."org" = '7'``; ``columns`` the quoted select list; ``order`` the
    ORDER BY list that makes the order deterministic ('' never: tables without key order by all columns).
    """

    table: Table
    source: str
    columns: str
    order: str

    @property
    def count_sql(self) -> str:
        return f"SELECT count(*) FROM {self.source}"

    @property
    def rows_sql(self) -> str:
        return f"SELECT {self.columns} FROM {self.source} ORDER BY {self.order}"
