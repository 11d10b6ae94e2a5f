"""What is kept, and what had gone, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exports.labels import category_names
from exports.progress import grouped
from retention.models import DeletionStep
from retention.reach import Reach

Lines = list[tuple[str, list[str]]]


def in_lines(reach: Reach) -> Lines:
    """A title and its names, for each kind of thing that is kept."""
    if reach.everything:
        return [(_("Everything of the customer"), [])]
    found = [
        (_("Categories"), [category_names([category.value]) for category in sorted(reach.categories)]),
        (_("Tables"), _names(reach.tables)),
        (_("Files whose names begin with"), _names(reach.prefixes)),
        (_("Single files"), _names(reach.files)),
    ]
    return [(title, names) for title, names in found if names]


def in_short(reach: Reach) -> str:
    """One line for a list."""
    if reach.whole:
        return _("everything")
    counts = [
        ngettext("%(count)s table", "%(count)s tables", len(reach.tables)) % {"count": len(reach.tables)},
        ngettext("%(count)s folder", "%(count)s folders", len(reach.prefixes)) % {"count": len(reach.prefixes)},
        ngettext("%(count)s file", "%(count)s files", len(reach.files)) % {"count": len(reach.files)},
    ]
    named = [text for text, places in zip(counts, (reach.tables, reach.prefixes, reach.files), strict=True) if places]
    categories = category_names(sorted(category.value for category in reach.categories))
    return " · ".join([*([categories] if categories else []), *named])


def gone(found: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """What ``runs.gone_so_far`` gives, in words."""
    kinds = dict(DeletionStep.Kind.choices)
    return [
        {
            "kind": str(kinds.get(one["kind"], one["kind"])),
            "name": f"{one['store']}: {one['name']}" if one["name"] else str(one["store"]),
            "gone": grouped(one["gone"]),
            "left": "–" if one["left"] is None else grouped(one["left"]),
        }
        for one in found
    ]


def _names(places: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{store}: {name}" for store, name in sorted(places)]
