"""One agreement's page: its timeline, and the buttons that open forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from offboarding.models import Agreement

if TYPE_CHECKING:
    _AgreementAdmin = admin.ModelAdmin[Agreement]
else:
    _AgreementAdmin = admin.ModelAdmin


class AgreementPage(_AgreementAdmin):
    """What one agreement's page shows and which forms it opens."""

    autocomplete_fields = ("customer",)
