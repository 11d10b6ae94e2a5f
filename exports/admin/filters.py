"""Filters of the list of exports: whose turn it is."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from exports.models import ExportJob

Jobs = QuerySet[ExportJob]


class TurnFilter(admin.SimpleListFilter):
    """What waits for a person here, and what for the customer."""

    title = _("waiting for")
    parameter_name = "turn"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("red", _("a person: failed or incomplete, and the newest of its customer")),
            ("objected", _("a person: the customer says that something is missing")),
            ("customer", _("the customer: not confirmed")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Jobs:
        chosen = {
            "red": queryset.red,
            "objected": queryset.objected,
            "customer": queryset.unanswered,
        }.get(self.value() or "", queryset.all)
        found: Jobs = chosen()
        return found
