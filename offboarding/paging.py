"""Pages of a list that may be a million rows long: rows are counted up to a bound, and no further."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator

MOST_COUNTED = 10_000
"""Nobody turns that many rows' pages: whoever looks for something filters or searches."""


class BoundedPaginator(_Paginator):
    """``count`` is at most ``most``; ``more`` says that there are others, which no page shows."""

    most = MOST_COUNTED

    @cached_property
    def _found(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by().values("pk")[: self.most + 1].count()
        return len(rows)

    @cached_property
    def count(self) -> int:  # type: ignore[override]
        return min(self._found, self.most)

    @property
    def more(self) -> bool:
        """Whether there are rows beyond the bound."""
        return self._found > self.most
