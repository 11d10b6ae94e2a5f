"""Numbers of a report: counted up per month, per value, or both, from the kept rows. Pure: no Django."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from exports.datamap_documents import Documents, Figures, Measure, in_language
from exports.documents.queries import Query
from exports.documents.spool import Row, Spool

MOST_VALUES = 12
"""Values of ``by`` that stand on their own; the smaller ones are counted up as ``others`` where that means anything."""
MOST_SERIES = 6
MOST_MONTHS = 36
"""The last so many are drawn; the exact layer holds all."""
OTHERS = "…"
"""How the rest is called in the facts; templates say it in words."""
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_ADDITIVE = (Measure.COUNT, Measure.SUM)


def figure(spool: Spool, documents: Documents, figures: Figures, row: Row, language: str) -> dict[str, Any]:
    """``labels``, and ``series`` of (name, one number text per label, '' where there is none); JSON can carry it.

    ``more``: months and values that are not shown; ``undated``: rows that no month can be read of, and that it leaves
    out. Raises ``SpoolError`` where a value is no number.
    """
    query = Query(spool, documents.store, figures.rows, row)
    counted = list(_counted(spool, figures, query))
    found = [row for row in counted if not figures.month or _MONTH.fullmatch(row["month"])]
    more = 0
    if figures.month:
        labels, more = _months([one["month"] for one in found])
        names = _largest(found, "by", MOST_SERIES, figures.measure) if figures.by else [""]
        series = [[name, _line(found, labels, name, names, figures)] for name in names]
    else:
        labels = names = _largest(found, "by", MOST_VALUES, figures.measure)
        series = [["", [_text(_of(found, labels, figures, by=label)) for label in labels]]]
    if figures.by and OTHERS not in names:
        more += len({row["by"] for row in found}) - len(names)
    return {
        "figure": figures.name,
        "title": in_language(figures.title, language),
        "chart": str(figures.chart),
        "measure": str(figures.measure),
        "monthly": bool(figures.month),
        "labels": labels,
        "series": series,
        "more": more,
        "undated": sum(int(row["rows"]) for row in counted) - sum(int(row["rows"]) for row in found),
    }


def _counted(spool: Spool, figures: Figures, query: Query) -> Iterator[Row]:
    month = f"substr({query.column(figures.month)}, 1, 7)" if figures.month else "''"
    by = f"coalesce({query.column(figures.by)}, '')" if figures.by else "''"
    value = f"exact_{figures.measure}({query.column(figures.column)})" if figures.column else "count(*)"
    sql = f"SELECT {month}, {by}, {value}, count(*) {query.source} GROUP BY 1, 2 ORDER BY 1, 2"
    return spool.select(sql, query.values, ["month", "by", "value", "rows"])


def _months(found: Sequence[str]) -> tuple[list[str], int]:
    """Every month from the first to the last, also those without rows; and how many before them are not shown."""
    if not found:
        return [], 0
    first, last = (int(text[:4]) * 12 + int(text[5:]) - 1 for text in (min(found), max(found)))
    shown = max(first, last - MOST_MONTHS + 1)
    return [f"{one // 12:04d}-{one % 12 + 1:02d}" for one in range(shown, last + 1)], shown - first


def _largest(found: Sequence[Row], key: str, most: int, measure: Measure) -> list[str]:
    """The values with the largest numbers, in falling order; ``OTHERS`` last when some were left out."""
    totals: dict[str, Decimal] = {}
    for row in found:
        totals[row[key]] = totals.get(row[key], Decimal(0)) + Decimal(row["value"] or 0)
    names = sorted(totals, key=lambda name: (-totals[name], name))
    if len(names) <= most:
        return names
    return [*names[: most - 1], OTHERS] if measure in _ADDITIVE else names[:most]


def _line(found: Sequence[Row], months: Sequence[str], name: str, names: Sequence[str], figures: Figures) -> list[str]:
    return [_text(_of(found, names, figures, month=month, by=name if figures.by else None)) for month in months]


def _of(
    found: Sequence[Row], names: Sequence[str], figures: Figures, month: str | None = None, by: str | None = None
) -> Decimal | None:
    """The number of one month and value; 0 for what can be counted and is not there, None for what cannot."""
    numbers = [
        Decimal(row["value"])
        for row in found
        if row["value"]
        and (month is None or row["month"] == month)
        and (by is None or row["by"] == by or (by == OTHERS and row["by"] not in names))
    ]
    if numbers:
        return sum(numbers, Decimal(0))
    return Decimal(0) if figures.measure in _ADDITIVE else None


def _text(number: Decimal | None) -> str:
    """``1234.5``: at most two digits after the point, and none that say nothing."""
    if number is None:
        return ""
    text = f"{number:.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
