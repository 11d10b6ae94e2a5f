"""Agreements: the list, and the page of one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from offboarding.admin.agreement_list import AgreementList
from offboarding.admin.agreement_page import AgreementPage
from offboarding.models import Agreement


@admin.register(Agreement)
class AgreementAdmin(AgreementPage, AgreementList):
    """Agreements with their dates; nothing deletes one."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
