"""The list of agreements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from offboarding.models import Agreement

if TYPE_CHECKING:
    _AgreementAdmin = admin.ModelAdmin[Agreement]
else:
    _AgreementAdmin = admin.ModelAdmin


class AgreementList(_AgreementAdmin):
    """What the list shows, filters and finds."""

    list_display = ("number", "customer", "term_start", "term_end", "auto_renews")
    list_filter = ("auto_renews", "term_end")
    list_select_related = ("customer",)
    search_fields = ("number", "customer__name", "customer__tenant_key")
