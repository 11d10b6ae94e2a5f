"""The admin site's own doors – sign-in, sign-out, password – lead to allauth's, which know the second factor.

Imported before Django's apps are ready, so ``staff_access`` is read inside.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse


class StaffSite(AdminSite):
    """An admin site for staff whose session has shown its second factor, and for nobody else."""

    def has_permission(self, request: HttpRequest) -> bool:
        from offboarding import staff_access

        return super().has_permission(request) and staff_access.is_proven(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Django's own form, which asks for no second factor, is never shown."""
        from offboarding import staff_access

        return staff_access.sign_in(request)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The same request once more, to allauth's address: a GET asks, a POST signs out."""
        return HttpResponseRedirect(reverse("account_logout"), preserve_request=True)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return HttpResponseRedirect(reverse("account_change_password"))

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return HttpResponseRedirect(reverse("account_change_password"))
