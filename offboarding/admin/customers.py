"""Customers and their contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from offboarding.models import Customer

if TYPE_CHECKING:
    _CustomerAdmin = admin.ModelAdmin[Customer]
else:
    _CustomerAdmin = admin.ModelAdmin


@admin.register(Customer)
class CustomerAdmin(_CustomerAdmin):
    """Customers; the tenant key is fixed once written, because packages and evidence name it."""

    list_display = ("name", "tenant_key", "language")
    search_fields = ("name", "tenant_key")

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> tuple[str, ...]:
        return ("tenant_key",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
