"""The order in which the desk's lists are offered, as support thinks. Packages place their own from ``ready``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Group:
    """One heading of the menu; ``icon`` is the path of a drawing of 20 × 20."""

    key: str
    name: str | Promise
    icon: str


GROUPS = (
    Group("cases", _("Cases"), "M3 6h14v11H3zM7 6V3.5h6V6M3 10.5h14"),
    Group("mail", _("Mail"), "M2.5 4.5h15v11h-15zM3 5l7 6 7-6"),
    Group("exports", _("Exports"), "M10 2.5v10M6 9l4 4 4-4M3 12.5v5h14v-5"),
    Group("deletion", _("Deletion"), "M3.5 5.5h13M8 5.5V3h4v2.5M5 5.5l1 12h8l1-12M8.3 9v5M11.7 9v5"),
    Group(
        "evidence", _("Evidence"), "M10 2l6.5 2.5v5c0 4-2.6 6.8-6.5 8.5-3.9-1.7-6.5-4.5-6.5-8.5v-5zM7 10l2.2 2.2L13.2 8"
    ),
    Group("people", _("People"), "M10 3.2a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM3.5 17.5c.4-4 3-6 6.5-6s6.1 2 6.5 6"),
    Group("other", _("More"), "M4 10h.01M10 10h.01M16 10h.01"),
)
"""The headings, in their order; what nobody placed stands under the last."""

_places: dict[str, tuple[str, int]] = {}


def place(group: str, *labels: str) -> None:
    """These models' lists stand under this heading, in this order (``"exports", "exports.exportjob"``)."""
    for label in labels:
        _places[label] = (group, len(_places))


def grouped(models: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Django's descriptions of models (with ``model``), as Django's descriptions of apps: one for each heading."""
    found: dict[str, list[tuple[int, Mapping[str, Any]]]] = {group.key: [] for group in GROUPS}
    for one in models:
        group, order = _places.get(one["model"]._meta.label_lower, ("other", len(_places)))
        found[group].append((order, one))
    return [
        {
            "name": group.name,
            "app_label": group.key,
            "app_url": "",
            "icon": group.icon,
            "has_module_perms": True,
            "models": [one for _order, one in sorted(found[group.key], key=lambda pair: pair[0])],
        }
        for group in GROUPS
        if found[group.key]
    ]
