"""Pages of a list that may be a million rows long.

Rows are counted up to a bound and no further; a page finds its keys first, so that what lies before it is not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce
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
    few = False
    """Whether a condition that is dear to ask leaves few rows: it is asked once then, for all keys up to the bound."""

    @cached_property
    def _keys(self) -> list[Any]:
        rows: Any = self.object_list
        return list(rows.values_list("pk", flat=True)[: self.most + 1])

    @cached_property
    def _found(self) -> int:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return len(self._keys) if self.few else rows.order_by().values("pk")[: self.most + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._found, self.most)

    @property
    def more(self) -> bool:
        """Whether there are rows beyond the bound."""
        return self._found > self.most

    def page(self, number: int | str) -> Page[Any]:
        """One page; an index alone may give the keys of its rows."""
        page = super().page(number)
        if isinstance(self.object_list, QuerySet) and isinstance(page.object_list, QuerySet):
            page.object_list = _rows(self.object_list, self._keys_of(page))
        return page

    def _keys_of(self, page: Page[Any]) -> list[Any]:
        if not self.few:
            rows: Any = page.object_list
            return list(rows.values_list("pk", flat=True))
        first = (page.number - 1) * self.per_page
        return self._keys[first : min(first + self.per_page, self.count)]


def _rows(listed: QuerySet[Any], keys: list[Any]) -> QuerySet[Any]:
    """The rows with these keys, in the list's order; by keys alone, as a planner may prefer a worse condition."""
    if listed.query.annotation_select or listed.query.distinct:
        return listed.filter(pk__in=keys)
    rows: QuerySet[Any] = listed.model._default_manager.filter(pk__in=keys).order_by(*listed.query.order_by)
    rows.query.select_related = listed.query.select_related
    rows.query.deferred_loading = listed.query.deferred_loading
    return rows


def sorted_last(order: Any) -> Any:
    """The same order, as no index has it: for conditions that few rows meet.

    PostgreSQL would else walk the order's index until a page is full, past nearly every row of the table.
    """
    if not isinstance(order, str):
        return order
    field = order.removeprefix("-")
    return OrderBy(Coalesce(F(field), F(field)), descending=order.startswith("-"))
