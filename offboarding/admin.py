"""Admin of customers and agreements. Nothing here deletes: evidence outlives a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from offboarding import people as people
from offboarding.models import Agreement, Customer

if TYPE_CHECKING:
    _CustomerAdmin = admin.ModelAdmin[Customer]
    _AgreementAdmin = admin.ModelAdmin[Agreement]
else:
    _CustomerAdmin = _AgreementAdmin = admin.ModelAdmin

admin.site.site_header = admin.site.site_title = _("Offboarding")
admin.site.index_title = _("Back office")
admin.site.site_url = None

# django-q2's own screens let anybody who may look at a task run it again; our screens do that with permissions.
for _model in [model for model in admin.site._registry if model._meta.app_label == "django_q"]:
    admin.site.unregister(_model)


@admin.register(Customer)
class CustomerAdmin(_CustomerAdmin):
    """Customers; the tenant key is fixed once written, because packages and evidence name it."""

    list_display = ("name", "tenant_key", "language")
    search_fields = ("name", "tenant_key")

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> tuple[str, ...]:
        return ("tenant_key",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Agreement)
class AgreementAdmin(_AgreementAdmin):
    """Agreements with their dates."""

    list_display = ("number", "customer", "term_start", "term_end", "auto_renews")
    list_filter = ("auto_renews", "term_end")
    list_select_related = ("customer",)
    search_fields = ("number", "customer__name", "customer__tenant_key")
    autocomplete_fields = ("customer",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
