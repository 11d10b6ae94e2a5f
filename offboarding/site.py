"""The one admin site: the desk of the vendor's staff."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class DeskSite(AdminSite):
    """Django's own admin under our name."""

    site_header = site_title = _("Offboarding")
    index_title = _("Back office")
    site_url = None


class DeskConfig(AdminConfig):
    """Makes ``DeskSite`` the site that ``admin.site`` names."""

    default_site = "offboarding.site.DeskSite"
