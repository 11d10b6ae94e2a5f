"""The one admin site: the desk of the vendor's staff."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from offboarding import menu
from offboarding.staff_site import StaffSite


class DeskSite(StaffSite):
    """Django's own admin under our name, with its lists in the order of ``offboarding.menu``."""

    site_header = site_title = _("Offboarding")
    index_title = _("Back office")
    site_url = None
    empty_value_display = '<span class="empty">-</span>'
    """Marked, so that a list on a phone leaves out what is empty."""

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The first page: what needs a person today. Read inside, as apps are not ready yet when this is imported."""
        from offboarding import first_page

        return first_page.page(request, {**self.each_context(request), **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """All lists under our headings; those of one app as Django has them."""
        apps: list[Any] = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        return menu.grouped(model for app in apps for model in app["models"])

    def get_urls(self) -> list[Any]:
        """Django's addresses, the search of the header, and every list as a file."""
        from offboarding.admin.list_download import download
        from offboarding.admin.search_page import search

        whole_list = "<str:app>/<str:model>/list.<str:kind>"
        own: list[URLPattern] = [
            path("search/", self.admin_view(search), {"site": self}, name="search"),
            path(whole_list, self.admin_view(download), {"site": self}, name="list-download"),
        ]
        return own + super().get_urls()


class DeskConfig(AdminConfig):
    """Makes ``DeskSite`` the site that ``admin.site`` names."""

    default_site = "offboarding.site.DeskSite"
